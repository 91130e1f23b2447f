package lobule.device.cpu.voxels;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.WorkerPool;
import lobule.tensor.Shape;

/** Copies the cropped skip's and the decoder's channels side by side, voxel by voxel. */
public final class CpuCropConcatenate implements Kernel {
    private final WorkerPool workers;
    private final Crop crop;

    public CpuCropConcatenate(WorkerPool workers, Shape skip, Shape up) {
        this.workers = workers;
        this.crop = new Crop(skip, up);
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment skip = HostBuffer.segment(operands.input(0));
        MemorySegment up = HostBuffer.segment(operands.input(1));
        MemorySegment y = HostBuffer.segment(operands.output(0));
        WorkerPool.Chunks rows = row -> {
            for (long w = 0; w < crop.width(); w++) {
                MemorySegment.copy(skip, crop.skip(row, w), y, crop.joined(row, w), crop.skipBytes());
                MemorySegment.copy(up, crop.up(row, w), y, crop.joined(row, w) + crop.skipBytes(), crop.upBytes());
            }
        };
        return step -> workers.run(crop.rows(), rows);
    }
}
