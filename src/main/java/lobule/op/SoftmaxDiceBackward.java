package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Gradient of {@link SoftmaxDice} with respect to the logits. Inputs: logits (N, C, D, H, W); target (N, D, H, W); sums
 * (C, 2) of the forward op. Output: like logits, 0 at ignored voxels.
 *
 * <p>With D_c = (2 I + e) / (S + e): dD/dp = (2 y - D) / (S + e), squared: (2 y - 2 p D) / (S + e); through the softmax
 * dz_k = p_k (g_k - sum_m g_m p_m) with g = -dD/dp / classes.
 */
public record SoftmaxDiceBackward(SoftmaxDice forward) implements Op {

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 3, states, 0);
        Shape logits = operands.activation("logits", inputs.get(0));
        operands.labels(inputs.get(1), logits);
        operands.rowMajor("sums", inputs.get(2), DType.FLOAT64, logits.channels(), 2);
        return List.of(inputs.get(0));
    }
}
