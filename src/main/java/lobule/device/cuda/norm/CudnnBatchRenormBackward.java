package lobule.device.cuda.norm;

import lobule.device.Buffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.library.Cudnn;
import lobule.op.BatchRenormBackward;
import lobule.tensor.Shape;

/**
 * The gradient of batch renormalisation by cuDNN, to be compared with the own kernels: that of batch normalisation with
 * saved statistics and scale gamma r, its dscale and dshift turned into dgamma and dbeta. Behind a ReLU it needs a
 * second full tensor: the forward output, made again so that both passes agree on what was cut off, which the gradient
 * that passed then takes the place of. Workspace: coefficients, dscale, dshift, that tensor.
 */
public final class CudnnBatchRenormBackward implements Kernel {
    private final Kernels kernels;
    private final BatchRenormBackward op;
    private final Shape shape;
    private final CudnnNorm norm;

    public CudnnBatchRenormBackward(Kernels kernels, Cudnn library, BatchRenormBackward op, Shape x) {
        this.kernels = kernels;
        this.op = op;
        this.shape = x;
        this.norm = new CudnnNorm(kernels, library, x);
    }

    @Override
    public long workspaceBytes() {
        return fixedBytes() + (op.relu() ? Buffer.aligned(shape.elements() * Float.BYTES) : 0);
    }

    /** What is needed with and without ReLU. */
    private long fixedBytes() {
        return norm.coefficientBytes() + 2 * norm.rowBytes();
    }

    @Override
    public Launch bind(Operands operands) {
        CudnnNorm.Coefficients coefficients = norm.coefficients(operands);
        KernelCall computing = norm.computing(coefficients, operands);
        DevicePointer workspace = DeviceBuffer.workspace(operands);
        DevicePointer dscale = workspace.plus(norm.coefficientBytes());
        DevicePointer dshift = dscale.plus(norm.rowBytes());
        DevicePointer x = DeviceBuffer.pointer(operands.input(0));
        DevicePointer dy = DeviceBuffer.pointer(operands.input(4));
        DevicePointer dx = DeviceBuffer.pointer(operands.output(0));
        DevicePointer passed = op.relu() ? workspace.plus(fixedBytes()) : dy;
        long chunks = Kernels.chunks(shape.elements());
        KernelCall mask = kernels.call("cudnn_norm", "relu_gradient").pointers(passed, passed, dy)
                .sizes(shape.elements(), chunks).build(chunks);
        KernelCall.Builder converting = kernels.call("cudnn_norm", "norm_gradients")
                .tensors(operands.state(0), operands.state(1)).pointers(dscale, dshift).tensors(operands.input(1))
                .sizes(shape.channels());
        int accumulate = converting.next();
        KernelCall gradients = converting.flag(false).build(kernels.blocks(shape.channels()));
        return step -> {
            computing.launch();
            if (op.relu()) {
                norm.forward(coefficients, x, passed);
                mask.launch();
            }
            norm.backward(coefficients, x, passed, dx, dscale, dshift);
            gradients.set(accumulate, step.accumulate ? 1 : 0);
            gradients.launch();
        };
    }

    @Override
    public void close() {
        norm.close();
    }
}
