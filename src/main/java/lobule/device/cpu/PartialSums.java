package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A few sums in double for each chunk, in the workspace, added up in chunk order: the same for any number of threads.
 */
final class PartialSums {
    private final MemorySegment memory;
    private final int count;

    PartialSums(MemorySegment memory, int count) {
        this.memory = memory;
        this.count = count;
    }

    static long bytes(int chunks, int count) {
        return (long) chunks * count * Double.BYTES;
    }

    void clear(int chunk) {
        for (int i = 0; i < count; i++) {
            memory.setAtIndex(ValueLayout.JAVA_DOUBLE, (long) chunk * count + i, 0);
        }
    }

    void add(int chunk, int which, double value) {
        long index = (long) chunk * count + which;
        memory.setAtIndex(ValueLayout.JAVA_DOUBLE, index, memory.getAtIndex(ValueLayout.JAVA_DOUBLE, index) + value);
    }

    double total(int which) {
        double total = 0;
        for (long index = which; index < memory.byteSize() / Double.BYTES; index += count) {
            total += memory.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
        }
        return total;
    }

    /** Writes all totals to a FLOAT64 tensor. */
    void write(MemorySegment sums) {
        for (int i = 0; i < count; i++) {
            sums.setAtIndex(ValueLayout.JAVA_DOUBLE, i, total(i));
        }
    }
}
