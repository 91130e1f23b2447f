package lobule.verification;

/**
 * How far a tensor, or a group of them, is from the reference.
 *
 * @param error     ‖ours − reference‖ / ‖reference‖ over the elements compared
 * @param tolerance largest error that passes
 * @param elements  number of elements compared
 */
public record Comparison(String name, double error, double tolerance, long elements) {

    static Comparison of(String name, RelativeError error, double tolerance) {
        return new Comparison(name, error.value(), tolerance, error.elements());
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
