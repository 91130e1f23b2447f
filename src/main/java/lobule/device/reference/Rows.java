package lobule.device.reference;

/**
 * The inner loops of all convolutions, contiguous along W so that the compiler vectorises them. Products of floats are
 * exact in double.
 */
final class Rows {
    private Rows() {}

    /** sum[sumStart + i] += factor * row[rowStart + i] for i below {@code count}. */
    static void addScaled(double[] sum, int sumStart, double factor, float[] row, int rowStart, int count) {
        for (int i = 0; i < count; i++) {
            sum[sumStart + i] = Math.fma(factor, row[rowStart + i], sum[sumStart + i]);
        }
    }

    /** sum[i] += a[i] * b[bStart + i] over all of a. */
    static void addProducts(double[] sum, float[] a, float[] b, int bStart) {
        for (int i = 0; i < a.length; i++) {
            sum[i] = Math.fma((double) a[i], b[bStart + i], sum[i]);
        }
    }

    /** Every {@code stride}-th value of {@code source} from {@code start}, as many as {@code row} holds. */
    static void gather(float[] source, int start, int stride, float[] row) {
        for (int i = 0; i < row.length; i++) {
            row[i] = source[start + i * stride];
        }
    }

    static double sum(float[] row) {
        double sum = 0;
        for (float value : row) {
            sum += value;
        }
        return sum;
    }

    static double sum(double[] row) {
        double sum = 0;
        for (double value : row) {
            sum += value;
        }
        return sum;
    }
}
