package lobule.device;

/** What rounding does to sums of products. */
public final class Rounding {
    /** Deviations of a sum of independent roundings that no correct one reaches. */
    private static final double DEVIATIONS = 8;
    /** Unit roundoff of float32, which all sums are in. */
    private static final double SUM = 0x1p-24;

    private Rounding() {}

    /**
     * The largest error of a direct sum, relative to the root of the sum of its products' squares: both factors of each
     * product are rounded, and the float32 sum walks at random.
     *
     * @param roundoff unit roundoff of the factors
     * @param terms    products of the sum
     */
    public static double bound(double roundoff, long terms) {
        return DEVIATIONS * (2 * roundoff + SUM * Math.sqrt(terms));
    }
}
