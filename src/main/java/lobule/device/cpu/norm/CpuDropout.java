package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.machine.Span;
import lobule.device.cpu.machine.WorkerPool;
import lobule.op.Dropout;
import lobule.tensor.Shape;

/** {@link DropoutMask} over a tensor; y may be x. Workspace: the mask's. */
public final class CpuDropout implements Kernel {
    private static final long CHUNK_ELEMENTS = 1 << 14;

    private final WorkerPool workers;
    private final Dropout op;
    private final int channels;
    private final Span voxels;

    public CpuDropout(WorkerPool workers, Dropout op, Shape x) {
        this.workers = workers;
        this.op = op;
        this.channels = Math.toIntExact(x.channels());
        this.voxels = new Span(x.elements() / channels, Math.ceilDiv(CHUNK_ELEMENTS, channels));
    }

    @Override
    public long workspaceBytes() {
        return DropoutMask.bytes(channels, workers.threads());
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment x = HostBuffer.segment(operands.input(0));
        MemorySegment y = HostBuffer.segment(operands.output(0));
        DropoutMask mask = new DropoutMask(op, channels, workers.threads(),
                Memory.workspace(operands, workspaceBytes()));
        WorkerPool.ThreadChunks chunks = (chunk, thread) -> {
            long first = voxels.start(chunk);
            mask.apply(thread, first, voxels.end(chunk) - first, x, first * channels, y, first * channels);
        };
        return step -> {
            mask.begin(step);
            workers.run(voxels.chunks(), chunks);
        };
    }
}
