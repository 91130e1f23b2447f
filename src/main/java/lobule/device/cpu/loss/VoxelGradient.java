package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Memory;

/**
 * A kernel that writes the gradient of each voxel's logits from these, its label and the sums of the forward pass.
 * Workspace: {@link SoftmaxBlocks}.
 */
final class VoxelGradient implements Kernel {
    /**
     * Replaces the logits of a block, just loaded, by their gradient; what it leaves at ignored voxels does not matter.
     */
    interface Rule {
        void differentiate(SoftmaxBlock block, MemorySegment sums);
    }

    private final SoftmaxBlocks blocks;
    private final Rule rule;

    VoxelGradient(SoftmaxBlocks blocks, Rule rule) {
        this.blocks = blocks;
        this.rule = rule;
    }

    @Override
    public long workspaceBytes() {
        return blocks.workspaceBytes();
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment sums = HostBuffer.segment(operands.input(2));
        MemorySegment gradient = HostBuffer.segment(operands.output(0));
        Runnable map = blocks.bind(operands, Memory.workspace(operands, workspaceBytes()), (block, start, chunk) -> {
            rule.differentiate(block, sums);
            block.write(gradient, start);
        });
        return step -> map.run();
    }
}
