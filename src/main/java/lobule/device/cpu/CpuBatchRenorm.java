package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.op.BatchRenorm;
import lobule.tensor.Shape;

/** Normalisation and ReLU in one pass. Element by element: y may be x. */
final class CpuBatchRenorm implements Kernel {
    private final WorkerPool workers;
    private final ChannelPattern pattern;
    private final boolean relu;

    CpuBatchRenorm(WorkerPool workers, BatchRenorm op, Shape x) {
        this.workers = workers;
        this.pattern = new ChannelPattern(x);
        this.relu = op.relu();
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment x = HostBuffer.segment(operands.input(0));
        MemorySegment y = HostBuffer.segment(operands.output(0));
        NormCoefficients norm = new NormCoefficients(pattern, HostBuffer.segment(operands.input(1)),
                HostBuffer.segment(operands.input(2)), HostBuffer.segment(operands.input(3)));
        float floor = relu ? 0 : Float.NEGATIVE_INFINITY;
        WorkerPool.Chunks chunks = chunk -> {
            long tail = pattern.tail(chunk);
            whole(x, y, norm, floor, pattern.start(chunk), tail);
            rest(x, y, norm, floor, tail, pattern.start(chunk + 1));
        };
        return step -> {
            norm.update();
            workers.run(pattern.chunks(), chunks);
        };
    }

    private void whole(MemorySegment x, MemorySegment y, NormCoefficients norm, float floor, long start, long end) {
        FloatVector lowest = FloatVector.broadcast(Lanes.FLOATS, floor);
        int period = pattern.period();
        for (long row = start; row < end; row += period) {
            for (int i = 0; i < period; i += Lanes.COUNT) {
                FloatVector mean = FloatVector.fromArray(Lanes.FLOATS, norm.mean, i);
                FloatVector scale = FloatVector.fromArray(Lanes.FLOATS, norm.scale, i);
                FloatVector shift = FloatVector.fromArray(Lanes.FLOATS, norm.shift, i);
                Lanes.store(Lanes.load(x, row + i).sub(mean).fma(scale, shift).max(lowest), y, row + i);
            }
        }
    }

    private static void rest(MemorySegment x, MemorySegment y, NormCoefficients norm, float floor, long start,
                             long end) {
        for (long i = start; i < end; i++) {
            int c = (int) (i - start);
            float centred = x.getAtIndex(ValueLayout.JAVA_FLOAT, i) - norm.mean[c];
            float value = Math.fma(centred, norm.scale[c], norm.shift[c]);
            y.setAtIndex(ValueLayout.JAVA_FLOAT, i, Math.max(value, floor));
        }
    }
}
