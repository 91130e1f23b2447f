package lobule.device.cuda.library;

import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnTensorDescriptor;

/** cuDNN's objects with their addresses, for the functions that are not called through JCuda. */
public interface CudnnObject {
    long address();

    /** What cuDNN is called with. */
    final class Handle extends cudnnHandle implements CudnnObject {
        @Override
        public long address() {
            return getNativePointer();
        }
    }

    /** Sizes and strides of a tensor. */
    final class Tensor extends cudnnTensorDescriptor implements CudnnObject {
        @Override
        public long address() {
            return getNativePointer();
        }
    }

    /** Sizes of a convolution's weight. */
    final class Filter extends cudnnFilterDescriptor implements CudnnObject {
        @Override
        public long address() {
            return getNativePointer();
        }
    }

    /** Padding, stride and math type of a convolution. */
    final class Convolution extends cudnnConvolutionDescriptor implements CudnnObject {
        @Override
        public long address() {
            return getNativePointer();
        }
    }
}
