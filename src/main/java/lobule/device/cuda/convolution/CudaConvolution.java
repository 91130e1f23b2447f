package lobule.device.cuda.convolution;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.ChannelRows;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;

/** A convolution, then its bias. */
public final class CudaConvolution implements Kernel {
    private final Kernels kernels;
    private final Kernel product;

    /** Owns {@code product}, the convolution without bias. */
    public CudaConvolution(Kernels kernels, Kernel product) {
        this.kernels = kernels;
        this.product = product;
    }

    @Override
    public long workspaceBytes() {
        return product.workspaceBytes();
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
        Launch convolution = product.bind(operands);
        ChannelRows rows = ChannelRows.of(operands.output(0).spec().shape());
        KernelCall addBias = kernels.call("elementwise", "add_bias").tensors(operands.output(0), operands.input(2))
                .sizes(rows.channels(), rows.voxels(), rows.chunks()).build(rows.blocks());
        return step -> {
            convolution.run(step);
            addBias.launch();
        };
    }

    @Override
    public void close() {
        product.close();
    }
}
