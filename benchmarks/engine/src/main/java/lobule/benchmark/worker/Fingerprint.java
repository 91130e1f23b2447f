package lobule.benchmark.worker;

/**
 * What came of a step, in a few numbers that all libraries must agree on.
 *
 * @param loss         0 in a forward task
 * @param logitsNorm   L2 norm of all logits
 * @param gradientNorm L2 norm of all gradients together; 0 in a forward task
 */
public record Fingerprint(double loss, double logitsNorm, double gradientNorm) {
    private static final double LOSS_TOLERANCE = 1e-4;
    private static final double LOGITS_TOLERANCE = 1e-3;
    private static final double GRADIENT_TOLERANCE = 1e-2;

    /** Whether these are the same step of the same network, computed in another order. */
    public boolean agreesWith(Fingerprint other) {
        return near(loss, other.loss, LOSS_TOLERANCE) && near(logitsNorm, other.logitsNorm, LOGITS_TOLERANCE)
                && near(gradientNorm, other.gradientNorm, GRADIENT_TOLERANCE);
    }

    private static boolean near(double a, double b, double tolerance) {
        return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
    }
}
