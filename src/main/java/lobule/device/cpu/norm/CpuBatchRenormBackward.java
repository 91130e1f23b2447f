package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import lobule.device.Buffer;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.machine.WorkerPool;
import lobule.op.BatchRenormBackward;
import lobule.op.Dropout;
import lobule.tensor.Shape;

/**
 * {@link NormGradient} over x and dy; dx may be dy. With dropout each pass masks dy anew, a block of voxels at a time.
 * Workspace: the sums; with dropout also a block of masked dy for each thread, and the mask's.
 */
public final class CpuBatchRenormBackward implements Kernel {
    private final WorkerPool workers;
    private final BatchRenormBackward op;
    private final ChannelPattern pattern;

    public CpuBatchRenormBackward(WorkerPool workers, BatchRenormBackward op, Shape x) {
        this.workers = workers;
        this.op = op;
        this.pattern = new ChannelPattern(x);
    }

    private long sumBytes() {
        return Buffer.aligned(NormGradient.bytes(pattern, pattern.chunks()));
    }

    private long blockBytes() {
        return Buffer.aligned(DropoutMask.blockVoxels(pattern.channels()) * pattern.channels() * Float.BYTES);
    }

    @Override
    public long workspaceBytes() {
        return op.dropout().isEmpty() ? sumBytes() : sumBytes() + workers.threads() * blockBytes()
                + DropoutMask.bytes(pattern.channels(), workers.threads());
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment workspace = Memory.workspace(operands, workspaceBytes());
        NormGradient gradient = new NormGradient(pattern, op.relu(), op.fixed(), pattern.chunks(), operands,
                workspace.asSlice(0, sumBytes()));
        MemorySegment dy = HostBuffer.segment(operands.input(4));
        return op.dropout().map(dropout -> masked(dropout, gradient, dy, workspace.asSlice(sumBytes())))
                .orElseGet(() -> plain(gradient, dy));
    }

    private Launch plain(NormGradient gradient, MemorySegment dy) {
        WorkerPool.Chunks sum = chunk -> {
            gradient.clear(chunk);
            gradient.sum(chunk, pattern.start(chunk), dy, pattern.start(chunk), pattern.length(chunk));
        };
        WorkerPool.Chunks apply = chunk ->
                gradient.apply(pattern.start(chunk), dy, pattern.start(chunk), pattern.length(chunk));
        return step -> {
            gradient.norm().update();
            workers.run(pattern.chunks(), sum);
            gradient.finish(step);
            workers.run(pattern.chunks(), apply);
        };
    }

    private Launch masked(Dropout dropout, NormGradient gradient, MemorySegment dy, MemorySegment scratch) {
        Blocks blocks = new Blocks(dropout, gradient, dy, scratch);
        WorkerPool.ThreadChunks sum = blocks::sum;
        WorkerPool.ThreadChunks apply = blocks::apply;
        return step -> {
            gradient.norm().update();
            blocks.mask.begin(step);
            workers.run(pattern.chunks(), sum);
            gradient.finish(step);
            workers.run(pattern.chunks(), apply);
        };
    }

    /** dy masked block by block, in memory of each thread's own. */
    private final class Blocks {
        private final NormGradient gradient;
        private final MemorySegment dy;
        private final DropoutMask mask;
        private final MemorySegment[] masked = new MemorySegment[workers.threads()];
        private final long blockVoxels = DropoutMask.blockVoxels(pattern.channels());

        Blocks(Dropout dropout, NormGradient gradient, MemorySegment dy, MemorySegment scratch) {
            this.gradient = gradient;
            this.dy = dy;
            for (int thread = 0; thread < masked.length; thread++) {
                masked[thread] = scratch.asSlice(thread * blockBytes(), blockBytes());
            }
            this.mask = new DropoutMask(dropout, pattern.channels(), masked.length,
                    scratch.asSlice(masked.length * blockBytes()));
        }

        void sum(int chunk, int thread) {
            gradient.clear(chunk);
            for (long voxel = 0; voxel < pattern.valuesPerChannel(chunk); voxel += blockVoxels) {
                long count = draw(chunk, thread, voxel);
                gradient.sum(chunk, at(chunk, voxel), masked[thread], 0, count);
            }
        }

        void apply(int chunk, int thread) {
            for (long voxel = 0; voxel < pattern.valuesPerChannel(chunk); voxel += blockVoxels) {
                long count = draw(chunk, thread, voxel);
                gradient.apply(at(chunk, voxel), masked[thread], 0, count);
            }
        }

        /** Masks the block at a voxel of a chunk; gives its number of elements. */
        private long draw(int chunk, int thread, long voxel) {
            long voxels = Math.min(blockVoxels, pattern.valuesPerChannel(chunk) - voxel);
            mask.apply(thread, pattern.voxel(chunk) + voxel, voxels, dy, at(chunk, voxel), masked[thread], 0);
            return voxels * pattern.channels();
        }

        private long at(int chunk, long voxel) {
            return pattern.start(chunk) + voxel * pattern.channels();
        }
    }
}
