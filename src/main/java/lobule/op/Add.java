package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.TensorSpec;

/**
 * Sum of two float32 tensors of one shape: a residual connection, or the gradient of a value that is used twice.
 * Inputs: a, b. Output: a + b.
 */
public record Add() implements Op, Differentiable {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 0);
        operands.require(inputs.get(0).type() == DType.FLOAT32, "first input", inputs.get(0), "float32");
        operands.same("second input", inputs.get(1), inputs.get(0));
        return List.of(inputs.get(0));
    }

    @Override
    public List<Integer> overwritableInputs() {
        return List.of(0, 1);
    }

    @Override
    public void gradient(Tape tape) {
        tape.inputGradient(0, tape.outputGradient(0));
        tape.inputGradient(1, tape.outputGradient(0));
    }
}
