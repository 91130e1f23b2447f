package lobule.device;

import java.util.stream.LongStream;
import lobule.tensor.Shape;

/**
 * A convolution as its definition: the sum over all terms x[i] * weight[j] that go to y[k]. Forward pass and both
 * gradients follow from one enumeration of (i, j, k), written independently of any device.
 */
final class ProductTerms {

    /** Takes the row-major indices of one term. */
    @FunctionalInterface
    interface Term {
        void accept(int x, int weight, int y);
    }

    private ProductTerms() {}

    /** y(n, co, o) += x(n, ci, o + k) weight(co, ci, k). */
    static void convolution(Shape x, Shape weight, Shape y, Term term) {
        long[] xs = sizes(x);
        long[] ws = sizes(weight);
        long[] ys = sizes(y);
        for (long[] o : positions(ys)) {
            for (long[] k : positions(1, ws[1], ws[2], ws[3], ws[4])) {
                k[0] = o[1];
                long[] in = {o[0], k[1], o[2] + k[2], o[3] + k[3], o[4] + k[4]};
                term.accept(index(xs, in), index(ws, k), index(ys, o));
            }
        }
    }

    /** y(n, co, i K + k) += x(n, ci, i) weight(ci, co, k). */
    static void transposedConvolution(Shape x, Shape weight, Shape y, Term term) {
        long[] xs = sizes(x);
        long[] ws = sizes(weight);
        long[] ys = sizes(y);
        for (long[] i : positions(xs)) {
            for (long[] k : positions(1, ws[1], ws[2], ws[3], ws[4])) {
                k[0] = i[1];
                long[] out = {i[0], k[1], i[2] * ws[2] + k[2], i[3] * ws[3] + k[3], i[4] * ws[4] + k[4]};
                term.accept(index(xs, i), index(ws, k), index(ys, out));
            }
        }
    }

    /** All index tuples of a shape, in row-major order. */
    private static Iterable<long[]> positions(long... sizes) {
        long count = LongStream.of(sizes).reduce(1, Math::multiplyExact);
        return () -> LongStream.range(0, count).mapToObj(flat -> position(sizes, flat)).iterator();
    }

    private static long[] position(long[] sizes, long flat) {
        long[] position = new long[sizes.length];
        long rest = flat;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            position[axis] = rest % sizes[axis];
            rest /= sizes[axis];
        }
        return position;
    }

    private static int index(long[] sizes, long[] position) {
        long index = 0;
        for (int axis = 0; axis < sizes.length; axis++) {
            index = index * sizes[axis] + position[axis];
        }
        return Math.toIntExact(index);
    }

    /** Five sizes; D is 1 in 2D. */
    private static long[] sizes(Shape shape) {
        return shape.rank() == 5
                ? shape.sizes().stream().mapToLong(Long::longValue).toArray()
                : new long[] {shape.size(0), shape.size(1), 1, shape.size(2), shape.size(3)};
    }
}
