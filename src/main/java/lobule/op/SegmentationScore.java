package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Counts from which Jaccard and dice of the foreground (every class but 0) follow, by the largest logit (the lowest
 * class on ties).
 *
 * <p>Inputs: logits (N, C, D, H, W); target (N, D, H, W) UINT8. Output: (5) FLOAT64, exact counts to 2^53: voxels of
 * the foreground in both, in the prediction, in the target; voxels counted; sum of the largest softmax probability.
 * Voxels with {@code ignoreLabel} are left out of all. Foreground classes are not told apart.
 *
 * @param ignoreLabel label left out, or -1 for none
 */
public record SegmentationScore(int ignoreLabel) implements Op {
    public static final int BOTH = 0;
    public static final int PREDICTED = 1;
    public static final int TRUE = 2;
    public static final int COUNTED = 3;
    public static final int LARGEST_PROBABILITY = 4;
    public static final int ENTRIES = 5;

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 2, states, 0);
        Shape logits = operands.activation("logits", inputs.get(0));
        operands.labels(inputs.get(1), logits);
        return List.of(TensorSpec.rowMajor(DType.FLOAT64, ENTRIES));
    }
}
