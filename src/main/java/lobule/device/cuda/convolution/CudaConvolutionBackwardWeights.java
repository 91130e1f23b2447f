package lobule.device.cuda.convolution;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.ChannelRows;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.tensor.Shape;

/** The weight's gradient, then the bias's. They share the workspace, one after the other. */
public final class CudaConvolutionBackwardWeights implements Kernel {
    private final Kernels kernels;
    private final Kernel product;
    private final ChannelRows rows;

    /** Owns {@code product}, the gradient of the weight. */
    public CudaConvolutionBackwardWeights(Kernels kernels, Kernel product, Shape dy) {
        this.kernels = kernels;
        this.product = product;
        this.rows = ChannelRows.of(dy);
    }

    @Override
    public long workspaceBytes() {
        return Math.max(product.workspaceBytes(), rows.partialBytes(1));
    }

    @Override
    public String algorithm() {
        return product.algorithm();
    }

    @Override
    public double errorGrowth() {
        return product.errorGrowth();
    }

    @Override
    public Launch bind(Operands operands) {
        Launch weights = product.bind(operands);
        DevicePointer partial = DeviceBuffer.workspace(operands);
        KernelCall sums = kernels.call("bias_gradient", "bias_gradient_partial").pointers(partial)
                .tensors(operands.input(1)).sizes(rows.voxels(), rows.chunks()).build(rows.blocks());
        KernelCall.Builder finish = kernels.call("bias_gradient", "bias_gradient_finish").tensors(operands.state(1))
                .pointers(partial).sizes(rows.batch(), rows.channels(), rows.chunks());
        int accumulate = finish.next();
        KernelCall bias = finish.flag(false).build(rows.channels());
        return step -> {
            weights.run(step);
            sums.launch();
            bias.set(accumulate, step.accumulate ? 1 : 0);
            bias.launch();
        };
    }

    @Override
    public void close() {
        product.close();
    }
}
