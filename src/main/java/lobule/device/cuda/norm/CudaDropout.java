package lobule.device.cuda.norm;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.ChannelRows;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.Dropout;

/** Dropout, whose mask is drawn again whenever it is needed. */
public final class CudaDropout implements Kernel {
    private final Kernels kernels;
    private final Dropout op;

    public CudaDropout(Kernels kernels, Dropout op) {
        this.kernels = kernels;
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        ChannelRows rows = ChannelRows.of(operands.input(0).spec().shape());
        KernelCall.Builder start = kernels.call("dropout", "dropout").tensors(operands.output(0), operands.input(0))
                .sizes(rows.channels(), rows.voxels(), rows.chunks());
        DropoutCall call = DropoutCall.of(start, op, rows);
        return call::launch;
    }
}
