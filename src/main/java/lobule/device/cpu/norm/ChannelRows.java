package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Partial sums in the workspace: for each chunk a few rows of one period of floats, (chunks, rows, period). Chunks
 * write their own rows, and totals are taken in chunk order in double, so that they do not depend on the number of
 * threads.
 */
final class ChannelRows {
    private final ChannelPattern pattern;
    private final int chunks;
    private final int rows;
    private final MemorySegment memory;

    ChannelRows(ChannelPattern pattern, int chunks, int rows, MemorySegment memory) {
        this.pattern = pattern;
        this.chunks = chunks;
        this.rows = rows;
        this.memory = memory;
    }

    static long bytes(ChannelPattern pattern, int chunks, int rows) {
        return (long) chunks * rows * pattern.period() * Float.BYTES;
    }

    MemorySegment memory() {
        return memory;
    }

    /** Index of a row's first float. */
    long index(int chunk, int row) {
        return ((long) chunk * rows + row) * pattern.period();
    }

    /** Sets all rows of a chunk to 0. */
    void clear(int chunk) {
        for (long i = index(chunk, 0); i < index(chunk + 1, 0); i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, 0);
        }
    }

    void add(int chunk, int row, int position, float value) {
        long index = index(chunk, row) + position;
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, memory.getAtIndex(ValueLayout.JAVA_FLOAT, index) + value);
    }

    float get(int chunk, int row, int position) {
        return memory.getAtIndex(ValueLayout.JAVA_FLOAT, index(chunk, row) + position);
    }

    /** Sets a row to one value a channel, repeated. */
    void set(int chunk, int row, int channel, float value) {
        long index = index(chunk, row);
        for (int i = channel; i < pattern.period(); i += pattern.channels()) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, index + i, value);
        }
    }

    /** Sum over a channel's places in a row. */
    double fold(int chunk, int row, int channel) {
        long index = index(chunk, row);
        double sum = 0;
        for (int i = channel; i < pattern.period(); i += pattern.channels()) {
            sum += memory.getAtIndex(ValueLayout.JAVA_FLOAT, index + i);
        }
        return sum;
    }

    double total(int row, int channel) {
        double total = 0;
        for (int chunk = 0; chunk < chunks; chunk++) {
            total += fold(chunk, row, channel);
        }
        return total;
    }
}
