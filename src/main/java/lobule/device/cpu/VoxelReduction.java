package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;

/** A kernel that sums over labelled voxels; the sums are its last output. Workspace: {@link PartialSums}. */
final class VoxelReduction implements Kernel {
    /** The terms of one voxel that is not ignored. */
    interface Terms {
        void add(LabelledLogits logits, long voxel, int label, int chunk, PartialSums sums);
    }

    private final WorkerPool workers;
    private final Span span;
    private final int count;
    private final int ignoreLabel;
    private final Terms terms;
    private final Finish finish;

    /** What follows from the sums. */
    interface Finish {
        void accept(MemorySegment sums, Operands operands);
    }

    VoxelReduction(WorkerPool workers, long voxels, int count, int ignoreLabel, Terms terms, Finish finish) {
        this.workers = workers;
        this.span = new Span(voxels);
        this.count = count;
        this.ignoreLabel = ignoreLabel;
        this.terms = terms;
        this.finish = finish;
    }

    @Override
    public long workspaceBytes() {
        return PartialSums.bytes(span.chunks(), count);
    }

    @Override
    public Launch bind(Operands operands) {
        LabelledLogits logits = new LabelledLogits(operands.input(0), operands.input(1), ignoreLabel);
        PartialSums partial = new PartialSums(Memory.workspace(operands, workspaceBytes()), count);
        MemorySegment sums = HostBuffer.segment(operands.outputs().getLast());
        WorkerPool.Chunks chunks = chunk -> {
            partial.clear(chunk);
            for (long voxel = span.start(chunk); voxel < span.end(chunk); voxel++) {
                int label = logits.label(voxel);
                if (label >= 0) {
                    terms.add(logits, voxel, label, chunk, partial);
                }
            }
        };
        return step -> {
            workers.run(span.chunks(), chunks);
            partial.write(sums);
            finish.accept(sums, operands);
        };
    }
}
