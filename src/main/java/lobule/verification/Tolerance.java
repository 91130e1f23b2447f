package lobule.verification;

/**
 * The one table of relative errors that a training step may have, by the precision of its products.
 *
 * <p>In float32 all but gradients are dominated by rounding. Gradients are not: where two activations nearly tie,
 * rounding decides which one a max-pool or a ReLU passes, and one gradient tensor moves by up to 1e-2 while all else
 * agrees.
 */
public enum Tolerance {
    /** 24-bit products and sums. */
    FLOAT32(1e-5, 1e-4, 2e-3, 1e-2, 1e-5, 1e-2, 0.5);

    private final double loss;
    private final double logits;
    private final double gradients;
    private final double worstGradient;
    private final double runningStatistics;
    private final double update;
    private final double worstUpdate;

    Tolerance(double loss, double logits, double gradients, double worstGradient, double runningStatistics,
              double update, double worstUpdate) {
        this.loss = loss;
        this.logits = logits;
        this.gradients = gradients;
        this.worstGradient = worstGradient;
        this.runningStatistics = runningStatistics;
        this.update = update;
        this.worstUpdate = worstUpdate;
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
