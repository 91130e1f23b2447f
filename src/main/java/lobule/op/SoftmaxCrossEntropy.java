package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Softmax and categorical cross entropy in one op: -sum_j w_{y_j} log p_{y_j} / sum_j w_{y_j} over batch and space,
 * from log-sum-exp, so that it is finite for every finite logit.
 *
 * <p>Inputs: logits (N, C, D, H, W); target (N, D, H, W) UINT8 labels. Outputs: loss (1); sums (2) FLOAT64 with
 * numerator and sum of weights. Voxels with {@code ignoreLabel} are left out of both; where nothing is left the loss
 * and its gradient are 0. As a root its gradient is 1.
 *
 * @param classWeights one weight a class, or empty for all 1
 * @param ignoreLabel  label left out, or -1 for none
 */
public record SoftmaxCrossEntropy(List<Double> classWeights, int ignoreLabel) implements Op, Differentiable {
    public SoftmaxCrossEntropy {
        classWeights = List.copyOf(classWeights);
    }

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 0);
        Shape logits = operands.activation("logits", inputs.get(0));
        operands.labels(inputs.get(1), logits);
        operands.require(classWeights.isEmpty() || classWeights.size() == logits.channels(), "class weights",
                classWeights, "none, or one for each of the " + logits.channels() + " classes");
        return List.of(TensorSpec.rowMajor(1), TensorSpec.rowMajor(DType.FLOAT64, 2));
    }

    /** Weight of a class. */
    public double weight(int label) {
        return classWeights.isEmpty() ? 1 : classWeights.get(label);
    }

    @Override
    public void gradient(Tape tape) {
        tape.inputGradient(0, tape.append("backward", new SoftmaxCrossEntropyBackward(this),
                List.of(tape.input(0), tape.input(1), tape.output(1))).getFirst());
    }

    @Override
    public boolean isRoot() {
        return true;
    }
}
