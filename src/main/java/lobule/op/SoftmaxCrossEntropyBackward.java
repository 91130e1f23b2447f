package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Gradient of {@link SoftmaxCrossEntropy} with respect to the logits: w_y (p - onehot(y)) / sum w. Inputs: logits
 * (N, C, D, H, W); target (N, D, H, W); sums (2) of the forward op. Output: like logits, 0 at ignored voxels.
 */
public record SoftmaxCrossEntropyBackward(SoftmaxCrossEntropy forward) implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 3, states, 0);
        Shape logits = operands.activation("logits", inputs.get(0));
        operands.labels(inputs.get(1), logits);
        operands.rowMajor("sums", inputs.get(2), DType.FLOAT64, 2);
        return List.of(inputs.get(0));
    }
}
