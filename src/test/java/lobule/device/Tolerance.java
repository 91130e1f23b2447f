package lobule.device;

import org.junit.jupiter.api.Assertions;

/**
 * How far float32 results may be from exact ones, relative to the largest magnitude in the expected tensor. Tests of
 * ops take all their tolerances from here.
 */
record Tolerance(double relative) {
    /** Unit roundoff of float32. */
    private static final double ROUNDOFF = 0x1p-24;

    /** Copies, choices, masks and counts: nothing is rounded. */
    static final Tolerance EXACT = new Tolerance(0);

    /** A handful of roundings an element (x - mu, times, plus; one exp): none may be amplified. */
    static final Tolerance ELEMENTWISE = new Tolerance(16 * ROUNDOFF);

    /** Softmax in float32 takes exp of a difference of logits, and its error grows with that: below 10 in the tests. */
    static final Tolerance SOFTMAX = new Tolerance(64 * ROUNDOFF);

    /** FLOAT64 sums over voxels: each term has the error of a float32 softmax, and they average out rather than add. */
    static final Tolerance LOSS = new Tolerance(64 * ROUNDOFF);

    /** Central differences of a float32 forward pass: rounding over the step, plus the step squared. */
    static final Tolerance FINITE_DIFFERENCE = new Tolerance(5e-3);

    /** Sums of {@code length} float32 terms of either sign: rounding errors of the partial sums grow like its root. */
    static Tolerance sum(long length) {
        return new Tolerance(8 * ROUNDOFF * (2 + Math.sqrt(length)));
    }

    void check(String what, HostArray expected, HostArray actual) {
        Assertions.assertEquals(expected.spec(), actual.spec(), what);
        check(what, expected.values(), actual.values(), expected.largest());
    }

    /** Compares with errors relative to {@code scale}, for tensors whose own values cancel to nearly 0. */
    void check(String what, double[] expected, double[] actual, double scale) {
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(expected[i] - actual[i]);
            boolean close = expected[i] == actual[i] || error <= relative * scale;
            if (!close) {
                Assertions.fail(what + "[" + i + "] is " + actual[i] + ", expected " + expected[i] + ": relative error "
                        + error / scale + ", tolerated " + relative);
            }
        }
    }
}
