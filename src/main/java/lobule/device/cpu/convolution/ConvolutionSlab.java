package lobule.device.cpu.convolution;

import java.util.ArrayList;
import java.util.List;
import lobule.tensor.Shape;

/**
 * What one oneDNN primitive computes of a convolution: all of it, or rows of one sample along the first spatial axis
 * (D, in 2D H), which are contiguous in NDHWC.
 *
 * @param sourceOffset      where its rows of x begin, in bytes
 * @param destinationOffset where its rows of y begin, in bytes
 */
record ConvolutionSlab(ConvolutionShape shape, long sourceOffset, long destinationOffset) {
    /** oneDNN's channel block. */
    private static final long BLOCK = 16;

    /** Rows along the first spatial axis. */
    private record Rows(long from, long to) {}

    /** Slabs with rows of y of their own, for y and the gradient by weights. */
    static List<ConvolutionSlab> byDestination(ConvolutionShape whole, long largestBytes) {
        return whole.transposed() ? transposed(whole, largestBytes)
                : cut(whole, largestBytes, whole.destination(), (sample, y) -> slab(whole, sample,
                        new Rows(y.from, y.to + overlap(whole)), y));
    }

    /** Slabs with rows of x of their own, for the gradient by x. */
    static List<ConvolutionSlab> bySource(ConvolutionShape whole, long largestBytes) {
        return whole.transposed() ? transposed(whole, largestBytes)
                : cut(whole, largestBytes, whole.source(), (sample, x) -> slab(whole, sample, x,
                        new Rows(Math.max(0, x.from - overlap(whole)),
                                Math.min(whole.destination().spatial(0), x.to))));
    }

    /** A row of x makes as many of y as the kernel has, which no other row touches. */
    private static List<ConvolutionSlab> transposed(ConvolutionShape whole, long largestBytes) {
        long stride = whole.weight().spatial(0);
        return cut(whole, largestBytes, whole.source(), (sample, x) -> slab(whole, sample, x,
                new Rows(x.from * stride, x.to * stride)));
    }

    /** Rows of x that a row of y reads beyond the first. */
    private static long overlap(ConvolutionShape whole) {
        return whole.weight().spatial(0) - 1;
    }

    private interface Cut {
        ConvolutionSlab slab(long sample, Rows rows);
    }

    /** Cuts the rows of {@code shape} into as few slabs as stay within the limit, but of a row at least. */
    private static List<ConvolutionSlab> cut(ConvolutionShape whole, long largestBytes, Shape shape, Cut cut) {
        if (countedBytes(whole) <= largestBytes) {
            return List.of(new ConvolutionSlab(whole, 0, 0));
        }
        long rows = shape.spatial(0);
        long height = Math.ceilDiv(rows, Math.ceilDiv(rows, Math.max(1, rowsWithin(whole, largestBytes))));
        List<ConvolutionSlab> slabs = new ArrayList<>();
        for (long sample = 0; sample < shape.batch(); sample++) {
            for (long from = 0; from < rows; from += height) {
                slabs.add(cut.slab(sample, new Rows(from, Math.min(rows, from + height))));
            }
        }
        return List.copyOf(slabs);
    }

    /** Of max(Ci, Co) channels at every voxel of the larger of x and y, which is more than either has. */
    private static long countedBytes(ConvolutionShape shape) {
        return larger(shape).batch() * larger(shape).spatial(0) * countedRowBytes(shape);
    }

    private static long countedRowBytes(ConvolutionShape shape) {
        long channels = Math.max(shape.source().channels(), shape.destination().channels());
        long voxels = larger(shape).voxels() / larger(shape).spatial(0);
        return Math.ceilDiv(channels, BLOCK) * BLOCK * voxels * Float.BYTES;
    }

    private static Shape larger(ConvolutionShape shape) {
        return shape.transposed() ? shape.destination() : shape.source();
    }

    private static long rowsWithin(ConvolutionShape shape, long bytes) {
        long larger = bytes / countedRowBytes(shape);
        return shape.transposed() ? larger / shape.weight().spatial(0) : larger - overlap(shape);
    }

    /** Where x lacks rows that a row of y would read, they count as zeros: another slab has them. */
    private static ConvolutionSlab slab(ConvolutionShape whole, long sample, Rows x, Rows y) {
        long front = whole.transposed() ? 0 : x.from - y.from;
        long back = whole.transposed() ? 0 : y.to + overlap(whole) - x.to;
        ConvolutionShape part = new ConvolutionShape(rows(whole.source(), x), whole.weight(),
                rows(whole.destination(), y), whole.transposed(), whole.bias(), front, back);
        return new ConvolutionSlab(part, offset(whole.source(), sample, x), offset(whole.destination(), sample, y));
    }

    private static Shape rows(Shape shape, Rows rows) {
        return shape.withBatch(1).withSpatial(0, rows.to - rows.from);
    }

    private static long offset(Shape shape, long sample, Rows rows) {
        long rowElements = shape.channels() * shape.voxels() / shape.spatial(0);
        return (sample * shape.spatial(0) + rows.from) * rowElements * Float.BYTES;
    }
}
