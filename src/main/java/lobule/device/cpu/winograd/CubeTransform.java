package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import lobule.device.cpu.machine.Lanes;

/** One transform along every axis of a cube (of a square in 2D), for one vector of channels. */
final class CubeTransform {
    /** One axis: what is read, what is written, and where in the scratch lines that is between two passes. */
    private record AxisPass(Lines read, long at, Lines written, long index) {}

    private static final long LINE = Lanes.COUNT;

    private final AxisTransform.Pass transform;
    private final AxisPass[] passes;

    /**
     * @param from   values along each axis that are read, from {@code source}
     * @param to     values along each axis that are written, to {@code target}
     */
    CubeTransform(AxisTransform.Pass transform, int rank, int from, int to, Strides source, Strides target) {
        this.transform = transform;
        List<AxisPass> all = new ArrayList<>();
        Strides read = source;
        long at = 0;
        if (rank == 3) {
            Strides between = new Strides(LINE * from * from, LINE * from, LINE);
            all.add(new AxisPass(alongDepth(from, from, read), at, alongDepth(from, to, between), 0));
            read = between;
        }
        int deep = rank == 3 ? to : 1;
        Strides rows = new Strides(LINE * to * from, LINE * from, LINE);
        // in place where the first pass wrote as many values
        long index = rank == 3 && from != to ? LINE * to * from * from : 0;
        all.add(new AxisPass(alongHeight(deep, from, from, read), at, alongHeight(deep, from, to, rows), index));
        all.add(new AxisPass(alongWidth(deep, to, from, rows), index, alongWidth(deep, to, to, target), 0));
        this.passes = all.toArray(AxisPass[]::new);
    }

    private static Lines alongDepth(int size, int values, Strides strides) {
        return Lines.of(size, strides.height(), size, strides.width(), values, strides.depth());
    }

    private static Lines alongHeight(int deep, int wide, int values, Strides strides) {
        return Lines.of(deep, strides.depth(), wide, strides.width(), values, strides.height());
    }

    private static Lines alongWidth(int deep, int high, int values, Strides strides) {
        return Lines.of(deep, strides.depth(), high, strides.height(), values, strides.width());
    }

    /** Most floats of scratch memory that a transform between cubes of up to {@code span} values needs. */
    static long scratchFloats(int span) {
        return 2L * span * span * span * LINE;
    }

    /** @param lines index in {@code scratch} of {@link #scratchFloats} */
    void run(MemorySegment from, long at, MemorySegment to, long index, MemorySegment scratch, long lines) {
        int last = passes.length - 1;
        for (int i = 0; i <= last; i++) {
            AxisPass pass = passes[i];
            long read = i == 0 ? pass.read.address(from, at) : pass.read.address(scratch, lines + pass.at);
            long written = i == last ? pass.written.address(to, index)
                    : pass.written.address(scratch, lines + pass.index);
            transform.run(read, pass.read, written, pass.written);
        }
    }
}
