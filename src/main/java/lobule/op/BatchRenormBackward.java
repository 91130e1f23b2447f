package lobule.op;

import java.util.List;
import java.util.Optional;
import lobule.tensor.DType;
import lobule.tensor.TensorSpec;

/**
 * Gradient of {@link BatchRenorm} over the batch's own statistics, or over constant ones. With {@code dropout} dy is
 * that of what it kept; with {@code relu} it passes where the normalised value, recomputed from x, is above 0.
 *
 * <p>Inputs: x (N, C, D, H, W); statistics (4, C); gamma (C); beta (C); dy, like x. States: dgamma (C), dbeta (C),
 * added to or overwritten on the first mini-batch. Output: dx, like x. With xbar = (x - mu_B) / sigma_B and M values a
 * channel: dbeta = sum dy; dgamma = r sum(dy xbar) + d sum(dy);
 * dx = gamma r / sigma_B (dy - sum(dy)/M - xbar sum(dy xbar)/M).
 *
 * @param fixed the statistics are constants: dx = gamma r / sigma dy, without the means
 */
public record BatchRenormBackward(boolean relu, Optional<Dropout> dropout, boolean fixed) implements Op {
    public BatchRenormBackward(boolean relu) {
        this(relu, Optional.empty(), false);
    }

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 5, states, 2);
        BatchRenorm.check(operands, inputs);
        operands.same("output gradient", inputs.get(4), inputs.get(0));
        long channels = inputs.get(0).shape().channels();
        operands.rowMajor("gamma gradient", states.get(0), DType.FLOAT32, channels);
        operands.rowMajor("beta gradient", states.get(1), DType.FLOAT32, channels);
        return List.of(inputs.get(0));
    }

    @Override
    public List<Integer> overwritableInputs() {
        return List.of(4);
    }
}
