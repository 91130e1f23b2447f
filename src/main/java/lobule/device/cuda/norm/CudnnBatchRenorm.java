package lobule.device.cuda.norm;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.library.Cudnn;
import lobule.op.BatchRenorm;
import lobule.tensor.Shape;

/** Normalises by cuDNN, to be compared with the own kernel; then the own ReLU in place. Workspace: coefficients. */
public final class CudnnBatchRenorm implements Kernel {
    private final Kernels kernels;
    private final BatchRenorm op;
    private final Shape shape;
    private final CudnnNorm norm;

    public CudnnBatchRenorm(Kernels kernels, Cudnn library, BatchRenorm op, Shape x) {
        this.kernels = kernels;
        this.op = op;
        this.shape = x;
        this.norm = new CudnnNorm(kernels, library, x);
    }

    @Override
    public long workspaceBytes() {
        return norm.coefficientBytes();
    }

    @Override
    public Launch bind(Operands operands) {
        CudnnNorm.Coefficients coefficients = norm.coefficients(operands);
        KernelCall computing = norm.computing(coefficients, operands);
        DevicePointer x = DeviceBuffer.pointer(operands.input(0));
        DevicePointer y = DeviceBuffer.pointer(operands.output(0));
        long chunks = Kernels.chunks(shape.elements());
        KernelCall relu = kernels.call("cudnn_norm", "relu").pointers(y).sizes(shape.elements(), chunks)
                .build(chunks);
        return step -> {
            computing.launch();
            norm.forward(coefficients, x, y);
            if (op.relu()) {
                relu.launch();
            }
        };
    }

    @Override
    public void close() {
        norm.close();
    }
}
