package lobule.device.cpu.voxels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.Span;
import lobule.device.cpu.machine.WorkerPool;

/** Elementwise sum; the output may be either input. */
public final class CpuAdd implements Kernel {
    private final WorkerPool workers;

    public CpuAdd(WorkerPool workers) {
        this.workers = workers;
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment a = HostBuffer.segment(operands.input(0));
        MemorySegment b = HostBuffer.segment(operands.input(1));
        MemorySegment sum = HostBuffer.segment(operands.output(0));
        Span span = new Span(operands.output(0).spec().shape().elements());
        WorkerPool.Chunks chunks = chunk -> add(a, b, sum, span.start(chunk), span.end(chunk));
        return step -> workers.run(span.chunks(), chunks);
    }

    private static void add(MemorySegment a, MemorySegment b, MemorySegment sum, long start, long end) {
        long i = start;
        for (; i + Lanes.COUNT <= end; i += Lanes.COUNT) {
            Lanes.store(Lanes.load(a, i).add(Lanes.load(b, i)), sum, i);
        }
        for (; i < end; i++) {
            sum.setAtIndex(ValueLayout.JAVA_FLOAT, i,
                    a.getAtIndex(ValueLayout.JAVA_FLOAT, i) + b.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
    }
}
