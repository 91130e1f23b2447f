package lobule.op;

import java.util.List;
import lobule.tensor.TensorSpec;

/**
 * Euclidean norm of all gradients together, times the step's gradient scale. Inputs: any number of float32 tensors.
 * Output: (1).
 */
public record GradientNorm() implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, inputs.size(), states, 0);
        operands.require(!inputs.isEmpty(), "number of inputs", 0, "at least 1");
        return List.of(TensorSpec.rowMajor(1));
    }
}
