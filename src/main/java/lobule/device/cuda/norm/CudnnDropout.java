package lobule.device.cuda.norm;

import static jcuda.jcudnn.JCudnn.cudnnCreateDropoutDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyDropoutDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDropoutForward;
import static jcuda.jcudnn.JCudnn.cudnnDropoutGetReserveSpaceSize;
import static jcuda.jcudnn.JCudnn.cudnnDropoutGetStatesSize;
import static jcuda.jcudnn.JCudnn.cudnnSetDropoutDescriptor;

import jcuda.jcudnn.cudnnDropoutDescriptor;
import jcuda.jcudnn.cudnnTensorDescriptor;
import lobule.device.Buffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.cuda.driver.Cleanup;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.library.TensorDescriptors;
import lobule.op.Dropout;
import lobule.tensor.Shape;

/**
 * Dropout by cuDNN, to be compared with the own kernel. Its generators are seeded anew for every launch, so that the
 * gradient, which is the same op, meets the same mask; the mask that it stores is in the workspace. Workspace: mask,
 * then generators.
 */
public final class CudnnDropout implements Kernel {
    private final Cudnn library;
    private final Dropout op;
    private final Cleanup cleanup = new Cleanup();
    private final cudnnTensorDescriptor tensor;
    private final cudnnDropoutDescriptor dropout = new cudnnDropoutDescriptor();
    private final long maskBytes;
    private final long generatorBytes;

    public CudnnDropout(Cudnn library, Dropout op, Shape x) {
        this.library = library;
        this.op = op;
        try {
            tensor = TensorDescriptors.dense(x, cleanup);
            Cudnn.check(cudnnCreateDropoutDescriptor(dropout), "cudnnCreateDropoutDescriptor", op);
            cleanup.add(() -> Cudnn.check(cudnnDestroyDropoutDescriptor(dropout), "cudnnDestroyDropoutDescriptor", op));
            long[] bytes = new long[1];
            Cudnn.check(cudnnDropoutGetReserveSpaceSize(tensor, bytes), "cudnnDropoutGetReserveSpaceSize", x);
            maskBytes = bytes[0];
            Cudnn.check(cudnnDropoutGetStatesSize(library.handle(), bytes), "cudnnDropoutGetStatesSize", op);
            generatorBytes = bytes[0];
        } catch (RuntimeException e) {
            cleanup.closeAfter(e);
            throw e;
        }
    }

    @Override
    public long workspaceBytes() {
        return Buffer.aligned(maskBytes) + generatorBytes;
    }

    @Override
    public Launch bind(Operands operands) {
        DevicePointer x = DeviceBuffer.pointer(operands.input(0));
        DevicePointer y = DeviceBuffer.pointer(operands.output(0));
        DevicePointer mask = DeviceBuffer.workspace(operands);
        DevicePointer generators = mask.plus(Buffer.aligned(maskBytes));
        return step -> {
            Cudnn.check(cudnnSetDropoutDescriptor(dropout, library.handle(), (float) op.rate(), generators,
                    generatorBytes, seed(step)), "cudnnSetDropoutDescriptor", op);
            Cudnn.check(cudnnDropoutForward(library.handle(), dropout, tensor, x, tensor, y, mask, maskBytes),
                    "cudnnDropoutForward", op);
        };
    }

    /** Another one for every dropout and every mini-batch. */
    private long seed(Step step) {
        long index = op.index();
        return step.seed + (step.microStep << Short.SIZE) + index;
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
