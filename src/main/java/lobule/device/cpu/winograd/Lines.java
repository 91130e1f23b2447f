package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import lobule.device.cpu.machine.Lanes;

/**
 * Where a pass along one axis of a cube finds the lines that it goes through, in bytes.
 *
 * @param starts of each line's first vector
 * @param step   from a vector of a line to the next
 * @param bytes  behind the last byte of all lines
 */
record Lines(long[] starts, long step, long bytes) {

    /** All lines along one axis of outer x inner; distances in floats. */
    static Lines of(int outer, long outerStep, int inner, long innerStep, int values, long step) {
        long[] starts = new long[outer * inner];
        for (int line = 0; line < starts.length; line++) {
            starts[line] = (line / inner * outerStep + line % inner * innerStep) * Float.BYTES;
        }
        long last = (outer - 1) * outerStep + (inner - 1) * innerStep + (values - 1) * step + Lanes.COUNT;
        return new Lines(starts, step * Float.BYTES, last * Float.BYTES);
    }

    int count() {
        return starts.length;
    }

    long start(int line) {
        return starts[line];
    }

    /** Address of the lines that begin at an index of a segment, which must hold all of them. */
    long address(MemorySegment segment, long index) {
        Objects.checkFromIndexSize(index * Float.BYTES, bytes, segment.byteSize());
        return segment.address() + index * Float.BYTES;
    }
}
