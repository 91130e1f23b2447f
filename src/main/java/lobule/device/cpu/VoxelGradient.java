package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;

/** A kernel that writes the gradient of each voxel's logits from these, its label and the sums of the forward pass. */
final class VoxelGradient implements Kernel {
    /** Writes one voxel's gradient, one float a class, to {@code gradient} from {@code voxel * classes}. */
    interface Rule {
        void write(LabelledLogits logits, MemorySegment sums, MemorySegment gradient, long voxel);
    }

    private final WorkerPool workers;
    private final Span span;
    private final int ignoreLabel;
    private final Rule rule;

    VoxelGradient(WorkerPool workers, long voxels, int ignoreLabel, Rule rule) {
        this.workers = workers;
        this.span = new Span(voxels);
        this.ignoreLabel = ignoreLabel;
        this.rule = rule;
    }

    @Override
    public Launch bind(Operands operands) {
        LabelledLogits logits = new LabelledLogits(operands.input(0), operands.input(1), ignoreLabel);
        MemorySegment sums = HostBuffer.segment(operands.input(2));
        MemorySegment gradient = HostBuffer.segment(operands.output(0));
        WorkerPool.Chunks chunks = chunk -> {
            for (long voxel = span.start(chunk); voxel < span.end(chunk); voxel++) {
                rule.write(logits, sums, gradient, voxel);
            }
        };
        return step -> workers.run(span.chunks(), chunks);
    }
}
