package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Softmax and dice loss in one op: 1 - mean over classes of (2 I + e) / (S + e), with I = sum p y and S = sum p + sum
 * y, or with {@code squared} S = sum p^2 + sum y^2 (Milletari 2016); sums run over batch and space.
 *
 * <p>Inputs: logits (N, C, D, H, W); target (N, D, H, W) UINT8 labels. Outputs: loss (1); sums (C, 2) FLOAT64 with rows
 * I, S. Voxels with {@code ignoreLabel} are left out of all sums. As a root its gradient is 1.
 *
 * @param foregroundOnly leave class 0 out of the mean
 * @param ignoreLabel    label left out, or -1 for none
 */
public record SoftmaxDice(boolean foregroundOnly, boolean squared, double epsilon, int ignoreLabel)
        implements Op, Differentiable {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 0);
        Shape logits = operands.activation("logits", inputs.get(0));
        operands.labels(inputs.get(1), logits);
        operands.require(logits.channels() > firstClass(), "classes", logits.channels(), "more than " + firstClass());
        return List.of(TensorSpec.rowMajor(1), TensorSpec.rowMajor(DType.FLOAT64, logits.channels(), 2));
    }

    /** The first class of the mean. */
    public int firstClass() {
        return foregroundOnly ? 1 : 0;
    }

    @Override
    public void gradient(Tape tape) {
        tape.inputGradient(0, tape.append("backward", new SoftmaxDiceBackward(this),
                List.of(tape.input(0), tape.input(1), tape.output(1))).getFirst());
    }

    @Override
    public boolean isRoot() {
        return true;
    }
}
