package lobule.device.cuda.norm;

import static jcuda.jcudnn.JCudnn.cudnnBatchNormalizationBackward;
import static jcuda.jcudnn.JCudnn.cudnnBatchNormalizationForwardInference;
import static jcuda.jcudnn.JCudnn.cudnnCreateTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDeriveBNTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyTensorDescriptor;

import jcuda.jcudnn.cudnnBatchNormMode;
import jcuda.jcudnn.cudnnTensorDescriptor;
import lobule.device.Buffer;
import lobule.device.Operands;
import lobule.device.cuda.driver.Cleanup;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.library.TensorDescriptors;
import lobule.tensor.Shape;

/**
 * cuDNN's batch normalisation, which knows no r and d, with given statistics: they go into its scale gamma r and shift
 * gamma d + beta. Its epsilon is 0, since it is in sigma_B already.
 */
final class CudnnNorm implements AutoCloseable {
    private static final int MODE = cudnnBatchNormMode.CUDNN_BATCHNORM_SPATIAL;
    private static final double EPSILON = 0;
    /** Rows of the coefficients. */
    private static final long ROWS = 4;

    private final Kernels kernels;
    private final Cudnn library;
    private final Shape shape;
    private final Cleanup cleanup = new Cleanup();
    private final cudnnTensorDescriptor activation;
    private final cudnnTensorDescriptor channels = new cudnnTensorDescriptor();

    CudnnNorm(Kernels kernels, Cudnn library, Shape x) {
        this.kernels = kernels;
        this.library = library;
        this.shape = x;
        try {
            activation = TensorDescriptors.dense(x, cleanup);
            Cudnn.check(cudnnCreateTensorDescriptor(channels), "cudnnCreateTensorDescriptor", x);
            cleanup.add(() -> Cudnn.check(cudnnDestroyTensorDescriptor(channels), "cudnnDestroyTensorDescriptor", x));
            Cudnn.check(cudnnDeriveBNTensorDescriptor(channels, activation, MODE), "cudnnDeriveBNTensorDescriptor", x);
        } catch (RuntimeException e) {
            cleanup.closeAfter(e);
            throw e;
        }
    }

    /** What cuDNN takes instead of statistics, gamma and beta; (C) each. */
    record Coefficients(DevicePointer mean, DevicePointer scale, DevicePointer variance, DevicePointer shift,
                        DevicePointer inverse) {}

    /** Bytes of one value a channel, aligned. */
    long rowBytes() {
        return Buffer.aligned(shape.channels() * Float.BYTES);
    }

    /** Workspace for the coefficients. */
    long coefficientBytes() {
        return ROWS * rowBytes();
    }

    /** Of operands x, statistics, gamma, beta; in the workspace, once {@link #computing} was launched. */
    Coefficients coefficients(Operands operands) {
        DevicePointer row = DeviceBuffer.workspace(operands);
        return new Coefficients(DeviceBuffer.pointer(operands.input(1)), row, row.plus(rowBytes()),
                row.plus(2 * rowBytes()), row.plus(3 * rowBytes()));
    }

    KernelCall computing(Coefficients coefficients, Operands operands) {
        return kernels.call("cudnn_norm", "norm_coefficients")
                .pointers(coefficients.scale, coefficients.variance, coefficients.shift, coefficients.inverse)
                .tensors(operands.input(1), operands.input(2), operands.input(3)).sizes(shape.channels())
                .build(kernels.blocks(shape.channels()));
    }

    /** y = scale (x - mean) / sqrt(variance) + shift. */
    void forward(Coefficients coefficients, DevicePointer x, DevicePointer y) {
        int status = cudnnBatchNormalizationForwardInference(library.handle(), MODE, Cudnn.ONE, Cudnn.ZERO, activation,
                x, activation, y, channels, coefficients.scale, coefficients.shift, coefficients.mean,
                coefficients.variance, EPSILON);
        if (status != 0) {
            Cudnn.check(status, "cudnnBatchNormalizationForwardInference", shape);
        }
    }

    /** The gradients over the batch's own statistics: of x, dscale = sum(dy xbar) and dshift = sum dy. */
    void backward(Coefficients coefficients, DevicePointer x, DevicePointer dy, DevicePointer dx, DevicePointer dscale,
                  DevicePointer dshift) {
        int status = cudnnBatchNormalizationBackward(library.handle(), MODE, Cudnn.ONE, Cudnn.ZERO, Cudnn.ONE,
                Cudnn.ZERO, activation, x, activation, dy, activation, dx, channels, coefficients.scale, dscale, dshift,
                EPSILON, coefficients.mean, coefficients.inverse);
        if (status != 0) {
            Cudnn.check(status, "cudnnBatchNormalizationBackward", shape);
        }
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
