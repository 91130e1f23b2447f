package lobule.device.cuda;

import static jcuda.jcudnn.JCudnn.cudnnCreateConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnCreateFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnCreateTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionMathType;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionNdDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetFilterNdDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetTensorNdDescriptor;

import java.util.Arrays;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;
import lobule.tensor.Shape;

/** cuDNN's descriptors of a convolution: input, filter, output, and how. */
final class ConvolutionDescriptors implements AutoCloseable {
    private final Cleanup cleanup = new Cleanup();
    private final ConvolutionGeometry geometry;
    private final cudnnTensorDescriptor input;
    private final cudnnTensorDescriptor output;
    private final cudnnFilterDescriptor filter = new cudnnFilterDescriptor();
    private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();

    ConvolutionDescriptors(ConvolutionGeometry geometry, MathMode math) {
        this.geometry = geometry;
        try {
            input = tensor(geometry.input(), geometry.samplePitch(), cleanup);
            output = tensor(geometry.output(), cleanup);
            createFilter();
            createConvolution(math);
        } catch (RuntimeException e) {
            cleanup.closeAfter(e);
            throw e;
        }
    }

    /** A dense NCDHW tensor of floats. */
    static cudnnTensorDescriptor tensor(Shape shape, Cleanup cleanup) {
        return tensor(shape, shape.channels(), cleanup);
    }

    /** A NCDHW tensor of floats with {@code samplePitch} channels from one sample to the next. */
    private static cudnnTensorDescriptor tensor(Shape shape, long samplePitch, Cleanup cleanup) {
        cudnnTensorDescriptor descriptor = new cudnnTensorDescriptor();
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

    private void createFilter() {
        Shape shape = geometry.filter();
        Cudnn.check(cudnnCreateFilterDescriptor(filter), "cudnnCreateFilterDescriptor", shape);
        cleanup.add(() -> Cudnn.check(cudnnDestroyFilterDescriptor(filter), "cudnnDestroyFilterDescriptor", shape));
        Cudnn.check(cudnnSetFilterNdDescriptor(filter, cudnnDataType.CUDNN_DATA_FLOAT,
                cudnnTensorFormat.CUDNN_TENSOR_NCHW, shape.rank(), sizes(shape)), "cudnnSetFilterNdDescriptor", shape);
    }

    private void createConvolution(MathMode math) {
        Cudnn.check(cudnnCreateConvolutionDescriptor(convolution), "cudnnCreateConvolutionDescriptor", geometry);
        cleanup.add(() -> Cudnn.check(cudnnDestroyConvolutionDescriptor(convolution),
                "cudnnDestroyConvolutionDescriptor", geometry));
        int rank = geometry.input().spatialRank();
        int[] padding = new int[rank];
        int[] stride = new int[rank];
        int[] dilation = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            stride[axis] = Math.toIntExact(geometry.stride(axis));
        }
        Arrays.fill(dilation, 1);
        Cudnn.check(cudnnSetConvolutionNdDescriptor(convolution, rank, padding, stride, dilation,
                cudnnConvolutionMode.CUDNN_CROSS_CORRELATION, cudnnDataType.CUDNN_DATA_FLOAT),
                "cudnnSetConvolutionNdDescriptor", geometry);
        setMathType(mathType(math));
    }

    /** FMA keeps cuDNN from rounding factors to TF32, which its default does. */
    static int mathType(MathMode math) {
        return math == MathMode.FP32 ? cudnnMathType.CUDNN_FMA_MATH : cudnnMathType.CUDNN_DEFAULT_MATH;
    }

    /** As the chosen algorithm wants it. */
    void setMathType(int type) {
        Cudnn.check(cudnnSetConvolutionMathType(convolution, type), "cudnnSetConvolutionMathType", geometry);
    }

    private static int[] sizes(Shape shape) {
        return shape.sizes().stream().mapToInt(Math::toIntExact).toArray();
    }

    ConvolutionGeometry geometry() {
        return geometry;
    }

    cudnnTensorDescriptor input() {
        return input;
    }

    cudnnFilterDescriptor filter() {
        return filter;
    }

    cudnnTensorDescriptor output() {
        return output;
    }

    cudnnConvolutionDescriptor convolution() {
        return convolution;
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
