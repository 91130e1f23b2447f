package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lobule.device.cpu.machine.Lanes;

/**
 * Some voxels' logits and softmax in double, turned from NDHWC to (classes, voxels), so that a lane is a voxel. A
 * thread takes block after block into the same scratch memory, small enough for a core's first cache: rows of logits,
 * rows of probabilities, and one row each of labels, sums of exponentials and a kernel's own.
 *
 * <p>Ignored voxels, and those that fill up the last vector, have label -1, logits 0 and probabilities 0.
 */
final class SoftmaxBlock {
    private static final int SCRATCH_DOUBLES = 2048;
    /** Rows that are there once. */
    private static final int SINGLE_ROWS = 3;

    private final LabelledLogits source;
    private final int classes;
    private final int capacity;
    private final MemorySegment scratch;
    private int count;
    private int length;

    SoftmaxBlock(LabelledLogits source, MemorySegment scratch) {
        this.source = source;
        this.classes = source.classes();
        this.capacity = capacity(classes);
        this.scratch = scratch;
    }

    /** Voxels that a block holds: whole vectors. */
    static int capacity(int classes) {
        return Math.max(1, SCRATCH_DOUBLES / rows(classes) / Lanes.DOUBLE_COUNT) * Lanes.DOUBLE_COUNT;
    }

    static long bytes(int classes) {
        return (long) rows(classes) * capacity(classes) * Double.BYTES;
    }

    private static int rows(int classes) {
        return 2 * classes + SINGLE_ROWS;
    }

    int classes() {
        return classes;
    }

    /** End of the voxels, filled up to whole vectors. */
    int length() {
        return length;
    }

    /** Reads voxels {@code start} to {@code end} - 1, at most {@link #capacity}; logits relative to their largest. */
    void load(long start, long end) {
        count = (int) (end - start);
        length = Math.ceilDiv(count, Lanes.DOUBLE_COUNT) * Lanes.DOUBLE_COUNT;
        for (int v = 0; v < length; v++) {
            int label = v < count ? source.label(start + v) : -1;
            scratch.setAtIndex(ValueLayout.JAVA_DOUBLE, labels() + v, label);
            for (int c = 0; c < classes; c++) {
                scratch.setAtIndex(ValueLayout.JAVA_DOUBLE, logits(c) + v, label < 0 ? 0 : source.logit(start + v, c));
            }
        }
        for (int v = 0; v < length; v += Lanes.DOUBLE_COUNT) {
            shift(v);
        }
    }

    private void shift(int v) {
        DoubleVector largest = logit(0, v);
        for (int c = 1; c < classes; c++) {
            largest = largest.max(logit(c, v));
        }
        for (int c = 0; c < classes; c++) {
            setLogit(c, v, logit(c, v).sub(largest));
        }
    }

    /** Computes the exponentials of the logits, in the rows of probabilities, and their sums. */
    void exponentials() {
        for (int c = 0; c < classes; c++) {
            Exponential.exp(scratch, logits(c), probabilities(c), length);
        }
        for (int v = 0; v < length; v += Lanes.DOUBLE_COUNT) {
            DoubleVector sum = probability(0, v);
            for (int c = 1; c < classes; c++) {
                sum = sum.add(probability(c, v));
            }
            Lanes.store(sum, scratch, sums() + v);
        }
    }

    /** Computes the softmax. */
    void probabilities() {
        exponentials();
        for (int v = 0; v < length; v += Lanes.DOUBLE_COUNT) {
            DoubleVector factor = DoubleVector.zero(Lanes.DOUBLES)
                    .blend(DoubleVector.broadcast(Lanes.DOUBLES, 1).div(sum(v)), counted(v));
            for (int c = 0; c < classes; c++) {
                Lanes.store(probability(c, v).mul(factor), scratch, probabilities(c) + v);
            }
        }
    }

    /** Computes the exponentials, and the logs of their sums in place of these. */
    void logSums() {
        exponentials();
        Exponential.log(scratch, sums(), length);
    }

    DoubleVector logit(int c, int v) {
        return Lanes.loadDoubles(scratch, logits(c) + v);
    }

    /** For a gradient to be written, once the logits are not needed any more. */
    void setLogit(int c, int v, DoubleVector value) {
        Lanes.store(value, scratch, logits(c) + v);
    }

    DoubleVector probability(int c, int v) {
        return Lanes.loadDoubles(scratch, probabilities(c) + v);
    }

    DoubleVector sum(int v) {
        return Lanes.loadDoubles(scratch, sums() + v);
    }

    DoubleVector own(int v) {
        return Lanes.loadDoubles(scratch, own() + v);
    }

    void setOwn(int v, DoubleVector value) {
        Lanes.store(value, scratch, own() + v);
    }

    /** Where the label is c. */
    VectorMask<Double> labelled(int c, int v) {
        return Lanes.loadDoubles(scratch, labels() + v).compare(VectorOperators.EQ, c);
    }

    /** Where the label is more than 0. */
    VectorMask<Double> foreground(int v) {
        return Lanes.loadDoubles(scratch, labels() + v).compare(VectorOperators.GT, 0);
    }

    /** Where the voxel is not ignored. */
    VectorMask<Double> counted(int v) {
        return Lanes.loadDoubles(scratch, labels() + v).compare(VectorOperators.GE, 0);
    }

    /** Writes the rows of logits, now a gradient, from voxel {@code start} on as NDHWC floats; 0 where ignored. */
    void write(MemorySegment gradient, long start) {
        for (int v = 0; v < count; v++) {
            boolean ignored = scratch.getAtIndex(ValueLayout.JAVA_DOUBLE, labels() + v) < 0;
            for (int c = 0; c < classes; c++) {
                double value = ignored ? 0 : scratch.getAtIndex(ValueLayout.JAVA_DOUBLE, logits(c) + v);
                gradient.setAtIndex(ValueLayout.JAVA_FLOAT, (start + v) * classes + c, (float) value);
            }
        }
    }

    private long logits(int c) {
        return (long) c * capacity;
    }

    private long probabilities(int c) {
        return (long) (classes + c) * capacity;
    }

    private long labels() {
        return 2L * classes * capacity;
    }

    private long sums() {
        return (2L * classes + 1) * capacity;
    }

    private long own() {
        return (2L * classes + 2) * capacity;
    }
}
