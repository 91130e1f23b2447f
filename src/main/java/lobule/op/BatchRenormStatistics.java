package lobule.op;

import java.util.List;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Statistics of a batch for batch renormalisation (Ioffe 2017), and the update of the running ones.
 *
 * <p>Input: x (N, C, D, H, W). States: running mean (C), running standard deviation (C), and a flag (1, UINT8) that is
 * 0 until they hold anything. Output: statistics (4, C) with rows mu_B, sigma_B = sqrt(var_B + epsilon) (biased
 * variance), r = clip(sigma_B / sigma, 1/r_max, r_max) and d = clip((mu_B - mu) / sigma, -d_max, d_max), from the
 * running mu and sigma before their update mu += momentum (mu_B - mu), sigma += momentum (sigma_B - sigma). While the
 * flag is 0 the running statistics are set from the batch first, so that r = 1 and d = 0. r_max and d_max come with the
 * step.
 */
public record BatchRenormStatistics(double epsilon, double momentum) implements Op {
    /** Rows of the statistics tensor. */
    public static final int MEAN = 0;
    public static final int DEVIATION = 1;
    public static final int R = 2;
    public static final int D = 3;
    public static final int ROWS = 4;

    @Override
    public List<TensorSpec> outputs(List<TensorSpec> inputs, List<TensorSpec> states) {
        Operands operands = Operands.of(this, inputs, 1, states, 3);
        Shape x = operands.activation("input", inputs.get(0));
        operands.rowMajor("running mean", states.get(0), DType.FLOAT32, x.channels());
        operands.rowMajor("running deviation", states.get(1), DType.FLOAT32, x.channels());
        operands.rowMajor("flag", states.get(2), DType.UINT8, 1);
        return List.of(TensorSpec.rowMajor(ROWS, x.channels()));
    }
}
