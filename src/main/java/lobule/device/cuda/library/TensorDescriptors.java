package lobule.device.cuda.library;

import static jcuda.jcudnn.JCudnn.cudnnCreateTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetTensorNdDescriptor;

import jcuda.jcudnn.cudnnDataType;
import lobule.device.cuda.driver.Cleanup;
import lobule.tensor.Shape;

/** cuDNN's descriptors of NCDHW tensors of floats. */
public final class TensorDescriptors {
    private TensorDescriptors() {}

    /** A dense one, destroyed by {@code cleanup}. */
    public static CudnnObject.Tensor dense(Shape shape, Cleanup cleanup) {
        return pitched(shape, shape.channels(), cleanup);
    }

    /** One with {@code samplePitch} channels from one sample to the next, destroyed by {@code cleanup}. */
    public static CudnnObject.Tensor pitched(Shape shape, long samplePitch, Cleanup cleanup) {
        CudnnObject.Tensor descriptor = new CudnnObject.Tensor();
        Cudnn.check(cudnnCreateTensorDescriptor(descriptor), "cudnnCreateTensorDescriptor", shape);
        cleanup.add(() -> Cudnn.check(cudnnDestroyTensorDescriptor(descriptor), "cudnnDestroyTensorDescriptor", shape));
        int[] sizes = sizes(shape);
        int[] strides = new int[sizes.length];
        long stride = 1;
        for (int axis = sizes.length - 1; axis >= 0; axis--) {
            strides[axis] = Math.toIntExact(stride);
            stride *= sizes[axis];
        }
        strides[0] = Math.toIntExact(samplePitch * shape.voxels());
        Cudnn.check(cudnnSetTensorNdDescriptor(descriptor, cudnnDataType.CUDNN_DATA_FLOAT, sizes.length, sizes,
                strides), "cudnnSetTensorNdDescriptor", shape);
        return descriptor;
    }

    /** Sizes as cuDNN takes them. */
    public static int[] sizes(Shape shape) {
        return shape.sizes().stream().mapToInt(Math::toIntExact).toArray();
    }
}
