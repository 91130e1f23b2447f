package lobule.device.cpu.voxels;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.Span;
import lobule.device.cpu.machine.WorkerPool;
import lobule.tensor.Shape;

/** Splits the gradient of the concatenation; the skip's is 0 outside the crop. */
public final class CpuCropConcatenateBackward implements Kernel {
    private final WorkerPool workers;
    private final Crop crop;

    public CpuCropConcatenateBackward(WorkerPool workers, Shape skip, Shape up) {
        this.workers = workers;
        this.crop = new Crop(skip, up);
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment dy = HostBuffer.segment(operands.input(0));
        MemorySegment dskip = HostBuffer.segment(operands.output(0));
        MemorySegment dup = HostBuffer.segment(operands.output(1));
        Span all = new Span(operands.output(0).spec().shape().elements());
        WorkerPool.Chunks clear = chunk -> Lanes.clear(dskip, all.start(chunk), all.end(chunk));
        WorkerPool.Chunks rows = row -> {
            for (long w = 0; w < crop.width(); w++) {
                MemorySegment.copy(dy, crop.joined(row, w), dskip, crop.skip(row, w), crop.skipBytes());
                MemorySegment.copy(dy, crop.joined(row, w) + crop.skipBytes(), dup, crop.up(row, w), crop.upBytes());
            }
        };
        return step -> {
            workers.run(all.chunks(), clear);
            workers.run(crop.rows(), rows);
        };
    }
}
