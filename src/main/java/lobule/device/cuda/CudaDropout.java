package lobule.device.cuda;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.op.Dropout;
import lobule.tensor.Shape;

/** Dropout, whose mask is drawn again whenever it is needed. */
final class CudaDropout implements Kernel {
    /** Channels that share a draw of four random words. */
    private static final long LANES = 4;

    private final Kernels kernels;
    private final Dropout op;

    CudaDropout(Kernels kernels, Dropout op) {
        this.kernels = kernels;
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        Shape x = operands.input(0).spec().shape();
        long chunks = Kernels.chunks(x.voxels());
        KernelCall.Builder call = kernels.call("dropout", "dropout").tensors(operands.output(0), operands.input(0))
                .sizes(x.channels(), x.voxels(), chunks);
        int seed = call.next();
        call.sizes(0, op.index());
        int microStep = call.next();
        KernelCall built = call.sizes(0, op.threshold()).scalars(1 / (1 - op.rate()))
                .build(x.batch() * Math.ceilDiv(x.channels(), LANES) * chunks);
        return step -> {
            built.set(seed, step.seed);
            built.set(microStep, step.microStep);
            built.launch();
        };
    }
}
