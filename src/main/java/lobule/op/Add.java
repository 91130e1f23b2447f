package lobule.op;

import java.util.List;
import lobule.tensor.TensorSpec;

/** Sum of two tensors of one shape: the gradient of a value that is used twice. Inputs: a, b. Output: a + b. */
public record Add() implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 0);
        operands.same("second input", inputs.get(1), inputs.get(0));
        return List.of(inputs.get(0));
    }

    @Override
    public List<Integer> overwritableInputs() {
        return List.of(0, 1);
    }
}
