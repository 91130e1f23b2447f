package lobule.verification;

import java.util.stream.Stream;

/**
 * The one table of relative errors that a training step may have, by the precision of its products.
 *
 * <p>In float32 all but gradients are dominated by rounding. Gradients are not: where two activations nearly tie,
 * rounding decides which one a max-pool or a ReLU passes, and a gradient tensor moves by 1e-2 while all else agrees.
 * Gradients beyond their bounds are therefore judged by the step's own condition ({@link StepCondition}).
 */
public enum Tolerance {
    /** 24-bit products and sums. */
    FLOAT32(0x1p-24, 1e-5, 1e-4, 2e-3, 2e-3, 1e-5, 1e-2, 0.5),
    /**
     * Factors of 11 bits and sums in float32, as tensor cores multiply float32 and float16. About twice what a device
     * that rounds its factors so was seen to reach: near-ties turn all over the network.
     */
    TENSOR_FLOAT32(0x1p-11, 2e-3, 3e-2, 0.4, 0.8, 1e-4, 0.7, 1.5),
    /**
     * Factors of 8 bits and sums in float32, seen in the same way. Of a whole step only gross faults show: one that is
     * not made, or made in the wrong direction; kernels are judged one by one.
     */
    BFLOAT16(0x1p-8, 1e-2, 0.15, 0.8, 2.5, 1e-3, 0.9, 1.95);

    private final double roundoff;
    private final double loss;
    private final double logits;
    private final double gradients;
    private final double worstGradient;
    private final double runningStatistics;
    private final double update;
    private final double worstUpdate;

    Tolerance(double roundoff, double loss, double logits, double gradients, double worstGradient,
              double runningStatistics, double update, double worstUpdate) {
        this.roundoff = roundoff;
        this.loss = loss;
        this.logits = logits;
        this.gradients = gradients;
        this.worstGradient = worstGradient;
        this.runningStatistics = runningStatistics;
        this.update = update;
        this.worstUpdate = worstUpdate;
    }

    /**
     * The row of a device.
     *
     * @param roundoff as {@link lobule.device.Device#roundoff()}
     */
    public static Tolerance of(double roundoff) {
        return Stream.of(values()).filter(row -> row.roundoff >= roundoff).findFirst().orElseThrow(() ->
                new IllegalArgumentException("unit roundoff is " + roundoff + ", expected at most "
                        + BFLOAT16.roundoff));
    }

    /** Unit roundoff of the factors of a product. */
    public double roundoff() {
        return roundoff;
    }

    public double loss() {
        return loss;
    }

    public double logits() {
        return logits;
    }

    /** Over all gradient tensors together. */
    public double gradients() {
        return gradients;
    }

    /** For each gradient tensor. */
    public double worstGradient() {
        return worstGradient;
    }

    /** For each running mean and each running standard deviation. */
    public double runningStatistics() {
        return runningStatistics;
    }

    /** Over all updates (after - before) together. */
    public double update() {
        return update;
    }

    /**
     * For each tensor's update: 1 is one that was not made, 2 one in the wrong direction; less is a single sign of
     * Adam's first step, lr g/|g|, that rounding turned.
     */
    public double worstUpdate() {
        return worstUpdate;
    }
}
