package lobule.verification;

import java.util.OptionalDouble;

/**
 * How far a tensor, or a group of them, is from the reference.
 *
 * @param error     ‖ours − reference‖ / ‖reference‖ over the elements compared
 * @param tolerance largest error that passes
 * @param elements  number of elements compared
 * @param spread    how far errors of the device's size move it, where that was asked for ({@link StepCondition})
 */
public record Comparison(String name, double error, double tolerance, long elements, OptionalDouble spread) {
    /** Of the spread of a few noisy steps, what one more may reach. */
    private static final double SPREADS = 3;
    /** A tensor that is missing or another one is further off than any near-tie explains. */
    private static final double MOST = 0.1;

    Comparison(String name, double error, double tolerance, long elements) {
        this(name, error, tolerance, elements, OptionalDouble.empty());
    }

    static Comparison of(String name, RelativeError error, double tolerance) {
        return new Comparison(name, error.value(), tolerance, error.elements());
    }

    /** The same judged by the step's condition, where that explains more than the tolerance does. */
    Comparison within(double moved) {
        return new Comparison(name, error, Math.max(tolerance, Math.min(MOST, SPREADS * moved)), elements,
                OptionalDouble.of(moved));
    }

    /** False for NaN. */
    public boolean passed() {
        return error <= tolerance;
    }

    /** Error in units of the tolerance: what makes tensors of different kinds comparable. */
    public double severity() {
        return error / tolerance;
    }
}
