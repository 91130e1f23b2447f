package lobule.device.cuda.convolution;

import static jcuda.jcudnn.JCudnn.cudnnCreateConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnCreateFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionMathType;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionNdDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetFilterNdDescriptor;

import java.util.Arrays;
import java.util.List;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorFormat;
import lobule.device.cuda.driver.Cleanup;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.library.CudnnObject;
import lobule.device.cuda.library.TensorDescriptors;
import lobule.device.cuda.options.MathMode;
import lobule.tensor.Shape;

/** cuDNN's descriptors of a convolution: input, filter, output, and how. */
final class ConvolutionDescriptors implements AutoCloseable {
    private final Cleanup cleanup = new Cleanup();
    private final ConvolutionGeometry geometry;
    private final CudnnObject.Tensor input;
    private final CudnnObject.Tensor output;
    private final CudnnObject.Filter filter = new CudnnObject.Filter();
    private final CudnnObject.Convolution convolution = new CudnnObject.Convolution();

    /** The math type is yet to be set. */
    ConvolutionDescriptors(ConvolutionGeometry geometry) {
        this.geometry = geometry;
        try {
            input = TensorDescriptors.pitched(geometry.input(), geometry.samplePitch(), cleanup);
            output = TensorDescriptors.dense(geometry.output(), cleanup);
            createFilter();
            createConvolution();
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

    private void createConvolution() {
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
    }

    /** To ask cuDNN for, the best first. FMA keeps it from rounding factors to TF32, which its default does. */
    static List<Integer> mathTypes(MathMode math) {
        return switch (math) {
            case FP32 -> List.of(cudnnMathType.CUDNN_FMA_MATH);
            case TF32 -> List.of(cudnnMathType.CUDNN_DEFAULT_MATH, cudnnMathType.CUDNN_FMA_MATH);
        };
    }

    /** As the chosen algorithm wants it. */
    void setMathType(int type) {
        Cudnn.check(cudnnSetConvolutionMathType(convolution, type), "cudnnSetConvolutionMathType", geometry);
    }

    ConvolutionGeometry geometry() {
        return geometry;
    }

    CudnnObject.Tensor input() {
        return input;
    }

    CudnnObject.Filter filter() {
        return filter;
    }

    CudnnObject.Tensor output() {
        return output;
    }

    CudnnObject.Convolution convolution() {
        return convolution;
    }

    @Override
    public void close() {
        cleanup.close();
    }
}
