package lobule.device.cuda.convolution;

import static jcuda.jcudnn.JCudnn.cudnnCreateConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnCreateFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionMathType;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionNdDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetFilterNdDescriptor;

import java.util.Arrays;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;
import lobule.device.cuda.driver.Cleanup;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.library.TensorDescriptors;
import lobule.device.cuda.options.MathMode;
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
            input = TensorDescriptors.pitched(geometry.input(), geometry.samplePitch(), cleanup);
            output = TensorDescriptors.dense(geometry.output(), cleanup);
            createFilter();
            createConvolution(math);
        } catch (RuntimeException e) {
            cleanup.closeAfter(e);
            throw e;
        }
    }

    private void createFilter() {
        Shape shape = geometry.filter();
        Cudnn.check(cudnnCreateFilterDescriptor(filter), "cudnnCreateFilterDescriptor", shape);
        cleanup.add(() -> Cudnn.check(cudnnDestroyFilterDescriptor(filter), "cudnnDestroyFilterDescriptor", shape));
        Cudnn.check(cudnnSetFilterNdDescriptor(filter, cudnnDataType.CUDNN_DATA_FLOAT,
                cudnnTensorFormat.CUDNN_TENSOR_NCHW, shape.rank(), TensorDescriptors.sizes(shape)),
                "cudnnSetFilterNdDescriptor", shape);
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
