package lobule.verification;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.tensor.Shape;

/**
 * Single values of a convolution without padding and of its gradients, as sums in double, and how large they are by
 * nature. With input (N, C, ...), filter (K, C, ...) and output (N, K, ...) each is a function of the other two; a
 * transposed convolution is the input as a function of filter and output.
 */
final class SampledConvolution {
    /** The tensor that a value is asked of. */
    enum Part { INPUT, FILTER, OUTPUT }

    private final Sizes input;
    private final Sizes filter;
    private final Sizes output;
    private final boolean strided;

    /** @param strided whether the stride is the kernel's size, else it is 1 */
    SampledConvolution(Shape input, Shape filter, Shape output, boolean strided) {
        this.input = Sizes.of(input);
        this.filter = Sizes.of(filter);
        this.output = Sizes.of(output);
        this.strided = strided;
    }

    /** A sum of products, and the root of the sum of their squares: what rounding errors of it are measured by. */
    static final class Sum {
        private double value;
        private double squares;

        private void add(double product) {
            value += product;
            squares += product * product;
        }

        double value() {
            return value;
        }

        double scale() {
            return Math.sqrt(squares);
        }
    }

    /** A 5-dimensional tensor; in 2D the depth is 1. */
    private record Sizes(long outer, long inner, long depth, long height, long width) {
        static Sizes of(Shape shape) {
            int rank = shape.spatialRank();
            return new Sizes(shape.size(0), shape.size(1), rank == 3 ? shape.spatial(0) : 1, shape.spatial(rank - 2),
                    shape.spatial(rank - 1));
        }

        long voxels() {
            return depth * height * width;
        }

        long elements() {
            return outer * inner * voxels();
        }

        /** Position (outer, inner, d, h, w) of an element. */
        long[] position(long index) {
            return new long[] {index / voxels() / inner, index / voxels() % inner, index / width / height % depth,
                index / width % height, index % width};
        }

        long index(long o, long i, long d, long h, long w) {
            return (((o * inner + i) * depth + d) * height + h) * width + w;
        }

        double value(MemorySegment values, long o, long i, long d, long h, long w) {
            return values.getAtIndex(ValueLayout.JAVA_FLOAT, index(o, i, d, h, w));
        }
    }

    long size(Part part) {
        return switch (part) {
            case INPUT -> input.elements();
            case FILTER -> filter.elements();
            case OUTPUT -> output.elements();
        };
    }

    /** Most terms of a sum. */
    long terms(Part part) {
        return switch (part) {
            case INPUT -> filter.outer * (strided ? 1 : filter.voxels());
            case FILTER -> output.outer * output.voxels();
            case OUTPUT -> filter.inner * filter.voxels();
        };
    }

    /** One value of a part from the other two, in the order input, filter, output. */
    Sum sum(Part part, long index, MemorySegment first, MemorySegment second) {
        return switch (part) {
            case INPUT -> inputValue(input.position(index), first, second);
            case FILTER -> filterValue(filter.position(index), first, second);
            case OUTPUT -> outputValue(output.position(index), first, second);
        };
    }

    private long stride(long kernel) {
        return strided ? kernel : 1;
    }

    private Sum outputValue(long[] at, MemorySegment x, MemorySegment w) {
        Sum sum = new Sum();
        for (long c = 0; c < filter.inner; c++) {
            for (long i = 0; i < filter.voxels(); i++) {
                long[] k = filter.position(i);
                sum.add(input.value(x, at[0], c, at[2] * stride(filter.depth) + k[2],
                        at[3] * stride(filter.height) + k[3], at[4] * stride(filter.width) + k[4])
                        * filter.value(w, at[1], c, k[2], k[3], k[4]));
            }
        }
        return sum;
    }

    private Sum inputValue(long[] at, MemorySegment w, MemorySegment y) {
        Sum sum = new Sum();
        for (long i = 0; i < filter.voxels(); i++) {
            long[] k = filter.position(i);
            long d = from(at[2], k[2], filter.depth, output.depth);
            long h = from(at[3], k[3], filter.height, output.height);
            long v = from(at[4], k[4], filter.width, output.width);
            for (long c = 0; d >= 0 && h >= 0 && v >= 0 && c < filter.outer; c++) {
                sum.add(output.value(y, at[0], c, d, h, v) * filter.value(w, c, at[1], k[2], k[3], k[4]));
            }
        }
        return sum;
    }

    /** Index of the output that reaches an input by a tap of the kernel, or -1. */
    private long from(long at, long tap, long kernel, long size) {
        long distance = at - tap;
        boolean reached = distance >= 0 && distance % stride(kernel) == 0 && distance / stride(kernel) < size;
        return reached ? distance / stride(kernel) : -1;
    }

    private Sum filterValue(long[] k, MemorySegment x, MemorySegment y) {
        Sum sum = new Sum();
        for (long n = 0; n < output.outer; n++) {
            for (long d = 0; d < output.depth; d++) {
                for (long h = 0; h < output.height; h++) {
                    addRow(sum, x, input.index(n, k[1], d * stride(filter.depth) + k[2],
                            h * stride(filter.height) + k[3], k[4]), y, output.index(n, k[0], d, h, 0));
                }
            }
        }
        return sum;
    }

    /** Millions of products for one value of a filter: sums stay in registers. */
    private void addRow(Sum sum, MemorySegment x, long from, MemorySegment y, long to) {
        long step = stride(filter.width);
        double value = 0;
        double squares = 0;
        for (long w = 0; w < output.width; w++) {
            double product = (double) x.getAtIndex(ValueLayout.JAVA_FLOAT, from + w * step)
                    * y.getAtIndex(ValueLayout.JAVA_FLOAT, to + w);
            value += product;
            squares += product * product;
        }
        sum.value += value;
        sum.squares += squares;
    }
}
