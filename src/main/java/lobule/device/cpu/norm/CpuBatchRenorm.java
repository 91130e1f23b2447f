package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.machine.WorkerPool;
import lobule.op.BatchRenorm;
import lobule.tensor.Shape;

/**
 * Normalisation, ReLU and dropout in one pass: a chunk is masked while it is in the core's cache. Element by element: y
 * may be x. Workspace: that of the dropout's mask.
 */
public final class CpuBatchRenorm implements Kernel {
    private final WorkerPool workers;
    private final ChannelPattern pattern;
    private final BatchRenorm op;

    public CpuBatchRenorm(WorkerPool workers, BatchRenorm op, Shape x) {
        this.workers = workers;
        this.pattern = new ChannelPattern(x);
        this.op = op;
    }

    @Override
    public long workspaceBytes() {
        return op.dropout().isPresent() ? DropoutMask.bytes(pattern.channels(), workers.threads()) : 0;
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment x = HostBuffer.segment(operands.input(0));
        MemorySegment y = HostBuffer.segment(operands.output(0));
        NormCoefficients norm = NormCoefficients.of(pattern, operands);
        float floor = op.relu() ? 0 : Float.NEGATIVE_INFINITY;
        WorkerPool.Chunks normalise = chunk ->
                norm.normalise(x, pattern.start(chunk), y, pattern.start(chunk), pattern.length(chunk), floor);
        if (op.dropout().isEmpty()) {
            return step -> {
                norm.update();
                workers.run(pattern.chunks(), normalise);
            };
        }
        DropoutMask mask = new DropoutMask(op.dropout().get(), pattern.channels(), workers.threads(),
                Memory.workspace(operands, workspaceBytes()));
        WorkerPool.ThreadChunks chunks = (chunk, thread) -> {
            normalise.run(chunk);
            mask.apply(thread, pattern.voxel(chunk), pattern.valuesPerChannel(chunk), y, pattern.start(chunk), y,
                    pattern.start(chunk));
        };
        return step -> {
            norm.update();
            mask.begin(step);
            workers.run(pattern.chunks(), chunks);
        };
    }
}
