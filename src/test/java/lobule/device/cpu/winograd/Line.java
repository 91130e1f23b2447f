package lobule.device.cpu.winograd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.cpu.machine.Lanes;

/** One line through a transform along one axis. */
final class Line {
    private Line() {}

    /** The first lane of a unit vector's transform; all lanes are alike. */
    static float[] transformed(AxisTransform.Pass transform, int unit, int from, int to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment read = arena.allocate((long) from * Lanes.COUNT * Float.BYTES, 64);
            MemorySegment written = arena.allocate((long) to * Lanes.COUNT * Float.BYTES, 64);
            for (int lane = 0; lane < Lanes.COUNT; lane++) {
                read.setAtIndex(ValueLayout.JAVA_FLOAT, (long) unit * Lanes.COUNT + lane, 1);
            }
            Lines lines = Lines.of(1, 0, 1, 0, from, Lanes.COUNT);
            Lines results = Lines.of(1, 0, 1, 0, to, Lanes.COUNT);
            transform.run(lines.address(read, 0), lines, results.address(written, 0), results);
            float[] values = new float[to];
            for (int i = 0; i < to; i++) {
                values[i] = written.getAtIndex(ValueLayout.JAVA_FLOAT, (long) i * Lanes.COUNT);
            }
            return values;
        }
    }
}
