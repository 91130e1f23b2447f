package lobule.device.cuda.norm;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.ChannelRows;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.BatchRenorm;
import lobule.op.Dropout;

/** Normalises with given statistics, cuts off below 0 where asked, and drops what a dropout drops. */
public final class CudaBatchRenorm implements Kernel {
    private final Kernels kernels;
    private final BatchRenorm op;

    public CudaBatchRenorm(Kernels kernels, BatchRenorm op) {
        this.kernels = kernels;
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        return op.dropout().map(dropout -> dropping(operands, dropout)).orElseGet(() -> plain(operands));
    }

    private Launch plain(Operands operands) {
        KernelCall call = start("batch_renorm", "renorm_apply", operands).build(rows(operands).blocks());
        return step -> call.launch();
    }

    private Launch dropping(Operands operands, Dropout dropout) {
        DropoutCall call = DropoutCall.of(start("renorm_dropout", "renorm_dropout_apply", operands), dropout,
                rows(operands));
        return call::launch;
    }

    private KernelCall.Builder start(String module, String function, Operands operands) {
        ChannelRows rows = rows(operands);
        return kernels.call(module, function)
                .tensors(operands.output(0), operands.input(0), operands.input(1), operands.input(2), operands.input(3))
                .sizes(rows.channels(), rows.voxels(), rows.chunks()).flag(op.relu());
    }

    private static ChannelRows rows(Operands operands) {
        return ChannelRows.of(operands.input(0).spec().shape());
    }
}
