package lobule.device.cuda.convolution;

import static jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Tensor;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.Driver;

/** A transposed convolution into the last channels of a concatenation, which is copied first where it is elsewhere. */
public final class CudaTransposedConvolution implements Kernel {
    private static final int CONCATENATION = 2;

    private final CudaContext context;
    private final Kernel product;

    /** Owns {@code product}, which writes the last channels. */
    public CudaTransposedConvolution(CudaContext context, Kernel product) {
        this.context = context;
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
        Tensor source = operands.input(CONCATENATION);
        if (operands.output(0).sameMemory(source)) {
            return convolution;
        }
        DevicePointer from = DeviceBuffer.pointer(source);
        DevicePointer to = DeviceBuffer.pointer(operands.output(0));
        long bytes = source.spec().bytes();
        return step -> {
            Driver.check(cuMemcpyDtoDAsync(to, from, bytes, context.compute()), "cuMemcpyDtoDAsync", source.spec());
            convolution.run(step);
        };
    }

    @Override
    public void close() {
        product.close();
    }
}
