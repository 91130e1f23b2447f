package lobule.device.cuda;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.op.BatchRenorm;

/** Normalises with given statistics, and cuts off below 0 where asked. */
final class CudaBatchRenorm implements Kernel {
    private final Kernels kernels;
    private final BatchRenorm op;

    CudaBatchRenorm(Kernels kernels, BatchRenorm op) {
        this.kernels = kernels;
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        ChannelRows rows = ChannelRows.of(operands.input(0).spec().shape());
        KernelCall call = kernels.call("batch_renorm", "renorm_apply")
                .tensors(operands.output(0), operands.input(0), operands.input(1), operands.input(2), operands.input(3))
                .sizes(rows.channels(), rows.voxels(), rows.chunks()).flag(op.relu()).build(rows.blocks());
        return step -> call.launch();
    }
}
