package lobule.device.cpu.voxels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.WorkerPool;
import lobule.tensor.Shape;

/** Hands each window's gradient to its first largest voxel, found again from x. */
public final class CpuMaxPoolBackward implements Kernel {
    private final WorkerPool workers;
    private final PoolWindow window;

    public CpuMaxPoolBackward(WorkerPool workers, Shape x, Shape y) {
        this.workers = workers;
        this.window = new PoolWindow(x, y);
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment x = HostBuffer.segment(operands.input(0));
        MemorySegment dy = HostBuffer.segment(operands.input(1));
        MemorySegment dx = HostBuffer.segment(operands.output(0));
        WorkerPool.Chunks rows = row -> {
            for (long w = 0; w < window.width(); w++) {
                unpool(x, dx, window.input(row, w), dy, window.output(row, w));
            }
        };
        return step -> {
            if (!window.covers()) {
                dx.fill((byte) 0);
            }
            workers.run(window.rows(), rows);
        };
    }

    private void unpool(MemorySegment x, MemorySegment dx, long at, MemorySegment dy, long from) {
        int c = 0;
        for (; c + Lanes.COUNT <= window.channels(); c += Lanes.COUNT) {
            unpoolVector(x, dx, at + c, dy, from + c);
        }
        for (; c < window.channels(); c++) {
            unpoolChannel(x, dx, at + c, dy.getAtIndex(ValueLayout.JAVA_FLOAT, from + c));
        }
    }

    private void unpoolVector(MemorySegment x, MemorySegment dx, long at, MemorySegment dy, long from) {
        FloatVector largest = Lanes.load(x, at);
        for (int k = 1; k < window.size(); k++) {
            largest = largest.max(Lanes.load(x, at + window.offset(k)));
        }
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        FloatVector left = Lanes.load(dy, from);
        for (int k = 0; k < window.size(); k++) {
            long index = at + window.offset(k);
            VectorMask<Float> takes = Lanes.load(x, index).compare(VectorOperators.EQ, largest);
            Lanes.store(zero.blend(left, takes), dx, index);
            left = left.blend(zero, takes);
        }
    }

    private void unpoolChannel(MemorySegment x, MemorySegment dx, long at, float gradient) {
        long largest = 0;
        float value = x.getAtIndex(ValueLayout.JAVA_FLOAT, at);
        for (int k = 0; k < window.size(); k++) {
            float other = x.getAtIndex(ValueLayout.JAVA_FLOAT, at + window.offset(k));
            if (other > value) {
                value = other;
                largest = window.offset(k);
            }
            dx.setAtIndex(ValueLayout.JAVA_FLOAT, at + window.offset(k), 0);
        }
        dx.setAtIndex(ValueLayout.JAVA_FLOAT, at + largest, gradient);
    }
}
