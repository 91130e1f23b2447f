package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.LaneSums;
import lobule.device.cpu.machine.Memory;

/**
 * A kernel that sums over labelled voxels; the sums are its last output. Workspace: {@link SoftmaxBlocks}, {@link
 * LaneSums}.
 */
final class VoxelReduction implements Kernel {
    /** The terms of voxels, and what follows from their sums. */
    interface Terms {
        /** Number of sums. */
        int count();

        /** Adds the terms of a block, just loaded, to the sums of its chunk. */
        void add(SoftmaxBlock block, int chunk, LaneSums sums);

        /** Writes what follows from the sums to the first output. */
        void finish(MemorySegment sums, MemorySegment output);
    }

    private final SoftmaxBlocks blocks;
    private final Terms terms;

    VoxelReduction(SoftmaxBlocks blocks, Terms terms) {
        this.blocks = blocks;
        this.terms = terms;
    }

    @Override
    public long workspaceBytes() {
        return blocks.workspaceBytes() + LaneSums.bytes(blocks.chunks(), terms.count());
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment workspace = Memory.workspace(operands, workspaceBytes());
        LaneSums partial = new LaneSums(workspace.asSlice(blocks.workspaceBytes()), terms.count());
        Runnable reduction = blocks.bind(operands, workspace, (block, start, chunk) ->
                terms.add(block, chunk, partial));
        MemorySegment sums = HostBuffer.segment(operands.outputs().getLast());
        MemorySegment output = HostBuffer.segment(operands.output(0));
        return step -> {
            partial.clear();
            reduction.run();
            partial.write(sums);
            terms.finish(sums, output);
        };
    }
}
