package lobule.device.cuda.norm;

import lobule.device.Operands;
import lobule.device.Step;
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

    private final Shape x;
    private final long blocks;

    /** @param blocks that write partial sums, equally many a sample and channel, in order of those */
    NormGradient(Shape x, long blocks) {
        this.x = x;
        this.blocks = blocks;
    }

    long workspaceBytes() {
        return partialBytes() + VALUES * x.channels() * Float.BYTES;
    }

    private long partialBytes() {
        return VALUES * blocks * Double.BYTES;
    }

    DevicePointer partial(Operands operands) {
        return DeviceBuffer.workspace(operands);
    }

    DevicePointer means(Operands operands) {
        return partial(operands).plus(partialBytes());
    }

    /** Partial sums to gradients and means. */
    Finish finish(Kernels kernels, Operands operands) {
        KernelCall.Builder finish = kernels.call("batch_renorm", "renorm_backward_finish")
                .tensors(operands.state(0), operands.state(1)).pointers(means(operands), partial(operands))
                .tensors(operands.input(1))
                .sizes(x.batch(), x.channels(), x.voxels(), blocks / (x.batch() * x.channels()));
        int accumulate = finish.next();
        return new Finish(finish.flag(false).build(x.channels()), accumulate);
    }

    /** A bound kernel that adds to gamma's and beta's gradients where the step says so. */
    record Finish(KernelCall call, int accumulate) {
        void launch(Step step) {
            call.set(accumulate, step.accumulate ? 1 : 0);
            call.launch();
        }
    }
}
