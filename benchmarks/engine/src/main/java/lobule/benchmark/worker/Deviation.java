package lobule.benchmark.worker;

/**
 * How far something is from the recorded step.
 *
 * @param error relative, in the L2 norm
 */
public record Deviation(String of, double error, double tolerance) {
    /** Not where the error is NaN. */
    public boolean passed() {
        return error <= tolerance;
    }
}
