package lobule.device.cuda;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.op.BatchRenormBackward;
import lobule.tensor.Shape;

/** Sums a chunk, then a channel, then dx. Workspace: partial sums, then the means (2, C). */
final class CudaBatchRenormBackward implements Kernel {
    private static final long VALUES = 2;

    private final Kernels kernels;
    private final BatchRenormBackward op;
    private final ChannelRows rows;

    CudaBatchRenormBackward(Kernels kernels, BatchRenormBackward op, Shape x) {
        this.kernels = kernels;
        this.op = op;
        this.rows = ChannelRows.of(x);
    }

    @Override
    public long workspaceBytes() {
        return rows.partialBytes(VALUES) + VALUES * rows.channels() * Float.BYTES;
    }

    @Override
    public Launch bind(Operands operands) {
        DevicePointer partial = DeviceBuffer.workspace(operands);
        DevicePointer means = partial.plus(rows.partialBytes(VALUES));
        KernelCall sums = kernels.call("batch_renorm", "renorm_backward_partial").pointers(partial)
                .tensors(operands.input(0), operands.input(4), operands.input(1), operands.input(2), operands.input(3))
                .sizes(rows.channels(), rows.voxels(), rows.chunks()).flag(op.relu()).build(rows.blocks());
        KernelCall.Builder finish = kernels.call("batch_renorm", "renorm_backward_finish")
                .tensors(operands.state(0), operands.state(1)).pointers(means, partial).tensors(operands.input(1))
                .sizes(rows.batch(), rows.channels(), rows.voxels(), rows.chunks());
        int accumulate = finish.next();
        KernelCall gradients = finish.flag(false).build(rows.channels());
        KernelCall apply = kernels.call("batch_renorm", "renorm_backward_apply")
                .tensors(operands.output(0), operands.input(0), operands.input(4), operands.input(1), operands.input(2),
                        operands.input(3))
                .pointers(means).sizes(rows.channels(), rows.voxels(), rows.chunks()).flag(op.relu())
                .build(rows.blocks());
        return step -> {
            sums.launch();
            gradients.set(accumulate, step.accumulate ? 1 : 0);
            gradients.launch();
            apply.launch();
        };
    }
}
