package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.tensor.Shape;

/**
 * The weights of a 3x3x3 convolution in Winograd's domain: 64 row-major matrices U = G w G^T, along each axis (Lavin
 * and Gray 2016, section 4.1)
 *
 * <pre>
 *        1    0    0
 *   G = 1/2  1/2  1/2
 *       1/2 -1/2  1/2
 *        0    0    1
 * </pre>
 *
 * <p>and the gradient by w, G^T dU G. The parameter is (Co, Ci, 3, 3, 3), row-major.
 *
 * @param backward of the gradient by the input, which convolves with the mirrored weights from Co to Ci channels
 */
record WinogradWeights(int ci, int co, boolean backward) {
    private static final int TAPS = 27;

    /** @param weight (Co, Ci, 3, 3, 3) */
    static WinogradWeights of(Shape weight, boolean backward) {
        return new WinogradWeights(Math.toIntExact(weight.size(1)), Math.toIntExact(weight.size(0)), backward);
    }

    /** Rows of a matrix: channels that the product reads. */
    int rows() {
        return backward ? co : ci;
    }

    /** Columns of a matrix: channels that it writes. */
    int columns() {
        return backward ? ci : co;
    }

    /** Of all 64 matrices. */
    long floats() {
        return FrequencyBlock.FREQUENCIES * (long) rows() * columns();
    }

    /** The values of one pair of channels on their way from taps to frequencies, or back; one a thread. */
    static final class Pair {
        private final float[] taps = new float[TAPS];
        private final float[] deep = new float[4 * 3 * 3];
        private final float[] high = new float[4 * 4 * 3];
        private final float[] all = new float[FrequencyBlock.FREQUENCIES];

        private void expand() {
            WinogradWeights.expand(taps, 1, 9, deep);
            WinogradWeights.expand(deep, 4, 3, high);
            WinogradWeights.expand(high, 16, 1, all);
        }

        private void contract() {
            WinogradWeights.contract(all, 16, 1, high);
            WinogradWeights.contract(high, 4, 3, deep);
            WinogradWeights.contract(deep, 1, 9, taps);
        }
    }

    /** Fills one row of each matrix. */
    void transform(int row, MemorySegment w, MemorySegment u, long at, Pair pair) {
        for (int column = 0; column < columns(); column++) {
            long from = TAPS * (backward ? (long) row * ci + column : (long) column * ci + row);
            for (int t = 0; t < TAPS; t++) {
                pair.taps[t] = w.getAtIndex(ValueLayout.JAVA_FLOAT, from + (backward ? TAPS - 1 - t : t));
            }
            pair.expand();
            for (int f = 0; f < FrequencyBlock.FREQUENCIES; f++) {
                u.setAtIndex(ValueLayout.JAVA_FLOAT, at + ((long) f * rows() + row) * columns() + column, pair.all[f]);
            }
        }
    }

    /** G along the middle axis of (before, 3, after). */
    private static void expand(float[] from, int before, int after, float[] to) {
        for (int i = 0; i < before; i++) {
            for (int j = 0; j < after; j++) {
                float a = from[(i * 3) * after + j];
                float b = from[(i * 3 + 1) * after + j];
                float c = from[(i * 3 + 2) * after + j];
                float even = (a + c) * 0.5f;
                int at = i * 4 * after + j;
                to[at] = a;
                to[at + after] = even + b * 0.5f;
                to[at + 2 * after] = even - b * 0.5f;
                to[at + 3 * after] = c;
            }
        }
    }

    /** The gradient by the weights of one input channel, from that of the forward form's matrices. */
    void gradient(int row, MemorySegment du, long at, MemorySegment dw, boolean accumulate, Pair pair) {
        for (int column = 0; column < co; column++) {
            for (int f = 0; f < FrequencyBlock.FREQUENCIES; f++) {
                pair.all[f] = du.getAtIndex(ValueLayout.JAVA_FLOAT, at + ((long) f * ci + row) * co + column);
            }
            pair.contract();
            long to = TAPS * ((long) column * ci + row);
            for (int t = 0; t < TAPS; t++) {
                float before = accumulate ? dw.getAtIndex(ValueLayout.JAVA_FLOAT, to + t) : 0;
                dw.setAtIndex(ValueLayout.JAVA_FLOAT, to + t, before + pair.taps[t]);
            }
        }
    }

    /** G^T along the middle axis of (before, 4, after). */
    private static void contract(float[] from, int before, int after, float[] to) {
        for (int i = 0; i < before; i++) {
            for (int j = 0; j < after; j++) {
                int at = i * 4 * after + j;
                float sum = (from[at + after] + from[at + 2 * after]) * 0.5f;
                float difference = (from[at + after] - from[at + 2 * after]) * 0.5f;
                to[i * 3 * after + j] = from[at] + sum;
                to[(i * 3 + 1) * after + j] = difference;
                to[(i * 3 + 2) * after + j] = sum + from[at + 3 * after];
            }
        }
    }
}
