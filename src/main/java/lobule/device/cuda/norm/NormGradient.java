package lobule.device.cuda.norm;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.tensor.Shape;

/**
 * What all gradients of batch renormalisation share: a kernel writes the sums of dy and dy (x - mu) of each block, they
 * make the gradients of gamma and beta and the means that dx is computed with. Statistics are the second input, the
 * gradients of gamma and beta the states. Workspace: partial sums, then the means (2, C).
 */
final class NormGradient {
    private static final long VALUES = 2;

    private final CudaContext context;
    private final Kernels kernels;
    private final boolean fixed;
    private final Shape x;
    private final long blocks;

    /**
     * @param context null where kernels are only prepared
     * @param fixed   the statistics are constants: dx is computed with means of 0
     * @param blocks that write partial sums, equally many a sample and channel, in order of those
     */
    NormGradient(CudaContext context, Kernels kernels, boolean fixed, Shape x, long blocks) {
        this.context = context;
        this.kernels = kernels;
        this.fixed = fixed;
        this.x = x;
        this.blocks = blocks;
    }

    long workspaceBytes() {
        return partialBytes() + meansBytes();
    }

    private long partialBytes() {
        return VALUES * blocks * Double.BYTES;
    }

    private long meansBytes() {
        return VALUES * x.channels() * Float.BYTES;
    }

    DevicePointer partial(Operands operands) {
        return DeviceBuffer.workspace(operands);
    }

    DevicePointer means(Operands operands) {
        return partial(operands).plus(partialBytes());
    }

    /** Partial sums to gradients and means. */
    Launch finish(Operands operands) {
        KernelCall.Builder finish = kernels.call("batch_renorm", "renorm_backward_finish")
                .tensors(operands.state(0), operands.state(1)).pointers(means(operands), partial(operands))
                .tensors(operands.input(1))
                .sizes(x.batch(), x.channels(), x.voxels(), blocks / (x.batch() * x.channels()));
        int accumulate = finish.next();
        KernelCall call = finish.flag(false).build(x.channels());
        DevicePointer means = means(operands);
        return step -> {
            call.set(accumulate, step.accumulate ? 1 : 0);
            call.launch();
            if (fixed) {
                context.clear(means, meansBytes());
            }
        };
    }
}
