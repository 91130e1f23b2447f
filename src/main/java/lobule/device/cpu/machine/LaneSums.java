package lobule.device.cpu.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.DoubleVector;

/**
 * A few sums in double for each chunk, in the workspace, one vector each: (chunks, count, lanes). Totals are taken in
 * the order of chunks and lanes: the same for any number of threads, and whether or not the code is compiled.
 */
public final class LaneSums {
    private final MemorySegment memory;
    private final int count;

    public LaneSums(MemorySegment memory, int count) {
        this.memory = memory;
        this.count = count;
    }

    public static long bytes(int chunks, int count) {
        return (long) chunks * count * Lanes.DOUBLE_COUNT * Double.BYTES;
    }

    public void clear() {
        memory.fill((byte) 0);
    }

    public DoubleVector get(int chunk, int which) {
        return Lanes.loadDoubles(memory, index(chunk, which));
    }

    public void set(int chunk, int which, DoubleVector sum) {
        Lanes.store(sum, memory, index(chunk, which));
    }

    /** Adds one value, in the first lane. */
    public void add(int chunk, int which, double value) {
        long index = index(chunk, which);
        memory.setAtIndex(ValueLayout.JAVA_DOUBLE, index, memory.getAtIndex(ValueLayout.JAVA_DOUBLE, index) + value);
    }

    private long index(int chunk, int which) {
        return ((long) chunk * count + which) * Lanes.DOUBLE_COUNT;
    }

    public double total(int which) {
        double total = 0;
        for (int chunk = 0; index(chunk, which) < memory.byteSize() / Double.BYTES; chunk++) {
            for (int lane = 0; lane < Lanes.DOUBLE_COUNT; lane++) {
                total += memory.getAtIndex(ValueLayout.JAVA_DOUBLE, index(chunk, which) + lane);
            }
        }
        return total;
    }

    /** Writes all totals to a FLOAT64 tensor. */
    public void write(MemorySegment sums) {
        for (int i = 0; i < count; i++) {
            sums.setAtIndex(ValueLayout.JAVA_DOUBLE, i, total(i));
        }
    }
}
