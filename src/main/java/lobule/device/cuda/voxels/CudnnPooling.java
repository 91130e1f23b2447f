package lobule.device.cuda.voxels;

import static jcuda.jcudnn.JCudnn.cudnnCreatePoolingDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyPoolingDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnPoolingBackward;
import static jcuda.jcudnn.JCudnn.cudnnPoolingForward;
import static jcuda.jcudnn.JCudnn.cudnnSetPoolingNdDescriptor;

import java.util.Arrays;
import jcuda.jcudnn.cudnnNanPropagation;
import jcuda.jcudnn.cudnnPoolingDescriptor;
import jcuda.jcudnn.cudnnPoolingMode;
import jcuda.jcudnn.cudnnTensorDescriptor;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.Cleanup;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.library.TensorDescriptors;
import lobule.op.MaxPool;
import lobule.tensor.Shape;

/**
 * Max pooling by cuDNN, to be compared with the own kernels. Its gradient wants the forward output, which the op does
 * not keep: it is computed again, into the workspace.
 */
public final class CudnnPooling implements Kernel {
    private final Cudnn library;
    private final boolean backward;
    private final Cleanup cleanup = new Cleanup();
    private final Shape pooledShape;
    private final cudnnTensorDescriptor full;
    private final cudnnTensorDescriptor pooled;
    private final cudnnPoolingDescriptor pooling = new cudnnPoolingDescriptor();

    public CudnnPooling(Cudnn library, Shape x, Shape y, boolean backward) {
        this.library = library;
        this.backward = backward;
        this.pooledShape = y;
        try {
            full = TensorDescriptors.dense(x, cleanup);
            pooled = TensorDescriptors.dense(y, cleanup);
            create(x);
        } catch (RuntimeException e) {
            cleanup.closeAfter(e);
            throw e;
        }
    }

    private void create(Shape x) {
        Cudnn.check(cudnnCreatePoolingDescriptor(pooling), "cudnnCreatePoolingDescriptor", x);
        cleanup.add(() -> Cudnn.check(cudnnDestroyPoolingDescriptor(pooling), "cudnnDestroyPoolingDescriptor", x));
        int[] window = new int[x.spatialRank()];
        Arrays.fill(window, MaxPool.WINDOW);
        Cudnn.check(cudnnSetPoolingNdDescriptor(pooling, cudnnPoolingMode.CUDNN_POOLING_MAX_DETERMINISTIC,
                cudnnNanPropagation.CUDNN_PROPAGATE_NAN, window.length, window, new int[window.length], window),
                "cudnnSetPoolingNdDescriptor", x);
    }

    @Override
    public long workspaceBytes() {
        return backward ? pooledShape.elements() * Float.BYTES : 0;
    }

    @Override
    public Launch bind(Operands operands) {
        DevicePointer x = DeviceBuffer.pointer(operands.input(0));
        DevicePointer result = DeviceBuffer.pointer(operands.output(0));
        if (!backward) {
            return step -> forward(x, result);
        }
        DevicePointer y = DeviceBuffer.workspace(operands);
        DevicePointer dy = DeviceBuffer.pointer(operands.input(1));
        return step -> {
            forward(x, y);
            Cudnn.check(cudnnPoolingBackward(library.handle(), pooling, Cudnn.ONE, pooled, y, pooled, dy, full, x,
                    Cudnn.ZERO, full, result), "cudnnPoolingBackward", pooledShape);
        };
    }

    private void forward(DevicePointer x, DevicePointer y) {
        Cudnn.check(cudnnPoolingForward(library.handle(), pooling, Cudnn.ONE, full, x, Cudnn.ZERO, pooled, y),
                "cudnnPoolingForward", pooledShape);
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
