package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import lobule.device.Buffer;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.onednn.OneDnnScope;
import lobule.tensor.Shape;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * The weights of a convolution in Winograd's domain: a row-major matrix U = G w G^T (along each axis) a frequency, rows
 * in whole vectors; and the gradient by w, G^T dU G. The parameter is (Co, Ci, 3, 3, 3) or (Co, Ci, 3, 3), row-major.
 * Vectors are of neighbouring columns.
 *
 * @param backward    of the gradient by the input, which convolves with the mirrored weights from Co to Ci channels
 * @param firstColumn first of the columns that the matrices have: channels that the product writes
 * @param columns     how many
 */
record WinogradWeights(WinogradDomain domain, int ci, int co, boolean backward, int firstColumn, int columns) {
    /** A processor's cache is hardly larger, and the plan of memory should not grow for a few deep layers. */
    private static final long LARGEST_BYTES = 48L << 20;
    /** Columns of a part are a multiple of this many. */
    private static final int COLUMNS = 16;

    /** @param weight (Co, Ci, 3, 3, 3) or (Co, Ci, 3, 3) */
    static WinogradWeights of(WinogradDomain domain, Shape weight, boolean backward) {
        int ci = Math.toIntExact(weight.size(1));
        int co = Math.toIntExact(weight.size(0));
        return new WinogradWeights(domain, ci, co, backward, 0, backward ? ci : co);
    }

    /** Ranges of the columns whose matrices are small enough to be worked on at a time. */
    List<WinogradWeights> parts() {
        long parts = Math.ceilDiv(bytes(), LARGEST_BYTES);
        int width = Math.toIntExact(Math.ceilDiv(Math.ceilDiv(columns, parts), COLUMNS) * COLUMNS);
        List<WinogradWeights> ranges = new ArrayList<>();
        for (int first = 0; first < columns; first += width) {
            ranges.add(new WinogradWeights(domain, ci, co, backward, first, Math.min(width, columns - first)));
        }
        return ranges;
    }

    /** Rows of a matrix: channels that the product reads. */
    int rows() {
        return backward ? co : ci;
    }

    /** Floats from a row to the next. */
    int rowStride() {
        return Lanes.padded(columns);
    }

    /** A cache line more than need be, as between the matrices of a {@link FrequencyBlock}. */
    private long matrixStride() {
        return (long) rows() * rowStride() + FrequencyBlock.LINE;
    }

    /** Index of a row of a frequency's matrix. */
    long index(int frequency, int row) {
        return frequency * matrixStride() + (long) row * rowStride();
    }

    /** Of all matrices. */
    long floats() {
        return domain.frequencies() * matrixStride();
    }

    long bytes() {
        return Buffer.aligned(floats() * Float.BYTES);
    }

    /** (frequencies, rows, columns). */
    dnnl_memory_desc layout(OneDnnScope scope) {
        return scope.strided(sizes(), matrixStride(), rowStride(), 1);
    }

    long[] sizes() {
        return new long[] {domain.frequencies(), rows(), columns()};
    }

    /** Scratch memory of one thread: the taps of a vector of columns, then the transforms' lines. */
    long scratchBytes() {
        return Buffer.aligned((tapFloats() + CubeTransform.scratchFloats(domain.tile().span())) * Float.BYTES);
    }

    private long tapFloats() {
        return (long) domain.taps() * Lanes.COUNT;
    }

    /** Distances of the taps of a vector of columns. */
    private Strides taps() {
        return Strides.compact(WinogradDomain.TAPS, Lanes.COUNT);
    }

    private Strides matrices() {
        return domain.frequencies(matrixStride());
    }

    /** From taps to matrices. */
    CubeTransform expansion() {
        return domain.transform(domain.tile().axis()::weights, WinogradDomain.TAPS, domain.tile().span(), taps(),
                matrices());
    }

    /** From matrices to taps. */
    CubeTransform contraction() {
        return domain.transform(domain.tile().axis()::weightsGradient, domain.tile().span(), WinogradDomain.TAPS,
                matrices(), taps());
    }

    /**
     * Fills one row of each matrix.
     *
     * @param u       index in {@code memory} of the matrices
     * @param scratch index in {@code memory} of {@link #scratchBytes}
     */
    void transform(CubeTransform expansion, int row, MemorySegment w, MemorySegment memory, long u, long scratch) {
        long at = u + (long) row * rowStride();
        for (int column = 0; column < columns; column += Lanes.COUNT) {
            for (int lane = 0; lane < Lanes.COUNT; lane++) {
                readTaps(w, row, column + lane, memory, scratch + lane);
            }
            expansion.run(memory, scratch, memory, at + column, memory, scratch + tapFloats());
        }
    }

    /** The taps of one pair of channels, 0 beyond the last column. */
    private void readTaps(MemorySegment w, int row, int column, MemorySegment memory, long to) {
        int taps = domain.taps();
        int other = firstColumn + column;
        long from = backward ? first(row, other) + taps - 1 : first(other, row);
        int direction = backward ? -1 : 1;
        boolean there = column < columns;
        for (int t = 0; t < taps; t++) {
            float tap = there ? w.getAtIndex(ValueLayout.JAVA_FLOAT, from + (long) direction * t) : 0;
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, to + (long) t * Lanes.COUNT, tap);
        }
    }

    /** Index of the first tap of a pair of channels. */
    private long first(int output, int input) {
        return domain.taps() * ((long) output * ci + input);
    }

    /** The gradient by the weights of one input channel, from that of the forward form's matrices. */
    void gradient(CubeTransform contraction, int row, MemorySegment memory, long du, long scratch, MemorySegment dw,
                  boolean accumulate) {
        long at = du + (long) row * rowStride();
        for (int column = 0; column < columns; column += Lanes.COUNT) {
            contraction.run(memory, at + column, memory, scratch, memory, scratch + tapFloats());
            for (int lane = 0; lane < Math.min(Lanes.COUNT, columns - column); lane++) {
                writeTaps(memory, scratch + lane, dw, first(firstColumn + column + lane, row), accumulate);
            }
        }
    }

    private void writeTaps(MemorySegment memory, long from, MemorySegment dw, long to, boolean accumulate) {
        for (int t = 0; t < domain.taps(); t++) {
            float before = accumulate ? dw.getAtIndex(ValueLayout.JAVA_FLOAT, to + t) : 0;
            float tap = memory.getAtIndex(ValueLayout.JAVA_FLOAT, from + (long) t * Lanes.COUNT);
            dw.setAtIndex(ValueLayout.JAVA_FLOAT, to + t, before + tap);
        }
    }
}
