package lobule.op;

import java.util.List;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Maximum over windows of 2 with stride 2 along every spatial axis; an odd last slice is left out. Input: x
 * (N, C, D, H, W). Output: (N, C, D/2, H/2, W/2).
 */
public record MaxPool() implements Op, Differentiable {
    /** Window and stride along each spatial axis. */
    public static final int WINDOW = 2;

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 1, states, 0);
        return List.of(TensorSpec.activation(pooled(operands, operands.activation("input", inputs.get(0)))));
    }

    static Shape pooled(Operands operands, Shape x) {
        Shape y = x;
        for (int axis = 0; axis < x.spatialRank(); axis++) {
            operands.require(x.spatial(axis) >= WINDOW, "input", x, "at least " + WINDOW + " along every spatial axis");
            y = y.withSpatial(axis, x.spatial(axis) / WINDOW);
        }
        return y;
    }

    @Override
    public void gradient(Tape tape) {
        tape.inputGradient(0, tape.append("backward", new MaxPoolBackward(),
                List.of(tape.input(0), tape.outputGradient(0))).getFirst());
    }
}
