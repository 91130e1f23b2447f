package lobule.device.cpu.voxels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.WorkerPool;
import lobule.tensor.Shape;

/** Largest of each window, vectorised over channels. */
public final class CpuMaxPool implements Kernel {
    private final WorkerPool workers;
    private final PoolWindow window;

    public CpuMaxPool(WorkerPool workers, Shape x, Shape y) {
        this.workers = workers;
        this.window = new PoolWindow(x, y);
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment x = HostBuffer.segment(operands.input(0));
        MemorySegment y = HostBuffer.segment(operands.output(0));
        WorkerPool.Chunks rows = row -> {
            for (long w = 0; w < window.width(); w++) {
                pool(x, window.input(row, w), y, window.output(row, w));
            }
        };
        return step -> workers.run(window.rows(), rows);
    }

    private void pool(MemorySegment x, long from, MemorySegment y, long to) {
        int c = 0;
        for (; c + Lanes.COUNT <= window.channels(); c += Lanes.COUNT) {
            poolVector(x, from + c, y, to + c);
        }
        for (; c < window.channels(); c++) {
            float largest = x.getAtIndex(ValueLayout.JAVA_FLOAT, from + c);
            for (int k = 1; k < window.size(); k++) {
                largest = Math.max(largest, x.getAtIndex(ValueLayout.JAVA_FLOAT, from + window.offset(k) + c));
            }
            y.setAtIndex(ValueLayout.JAVA_FLOAT, to + c, largest);
        }
    }

    /** A method of its own: inside {@link #pool} the JVM would not inline its calls where other layers leave it out. */
    private void poolVector(MemorySegment x, long from, MemorySegment y, long to) {
        FloatVector largest = Lanes.load(x, from);
        for (int k = 1; k < window.size(); k++) {
            largest = largest.max(Lanes.load(x, from + window.offset(k)));
        }
        Lanes.store(largest, y, to);
    }
}
