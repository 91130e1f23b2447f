package lobule.device.cuda.simulator;

import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.jcudnn.JCudnn.cudnnBatchNormalizationForwardInference;
import static jcuda.jcudnn.JCudnn.cudnnConvolutionForward;
import static jcuda.jcudnn.JCudnn.cudnnCreate;
import static jcuda.jcudnn.JCudnn.cudnnCreateConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnCreateFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnCreateTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroy;
import static jcuda.jcudnn.JCudnn.cudnnDestroyConvolutionDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyFilterDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnDestroyTensorDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionForwardAlgorithm_v7;
import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionForwardWorkspaceSize;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionMathType;
import static jcuda.jcudnn.JCudnn.cudnnSetConvolutionNdDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetFilterNdDescriptor;
import static jcuda.jcudnn.JCudnn.cudnnSetTensorNdDescriptor;

import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasOperation;
import jcuda.jcudnn.cudnnBatchNormMode;
import jcuda.jcudnn.cudnnConvolutionDescriptor;
import jcuda.jcudnn.cudnnConvolutionFwdAlgo;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnConvolutionMode;
import jcuda.jcudnn.cudnnDataType;
import jcuda.jcudnn.cudnnFilterDescriptor;
import jcuda.jcudnn.cudnnHandle;
import jcuda.jcudnn.cudnnMathType;
import jcuda.jcudnn.cudnnTensorDescriptor;
import jcuda.jcudnn.cudnnTensorFormat;

/** A 3x3x3 convolution over 2 channels and a matrix product, through JCudnn and JCublas; some with one fault. */
final class CudnnProgram {
    private static final int[] X = {1, 2, 4, 5, 6};
    private static final int[] W = {3, 2, 3, 3, 3};
    private static final int[] Y = {1, 3, 2, 3, 4};

    private final cudnnHandle handle = new cudnnHandle();
    private final cudnnTensorDescriptor input = new cudnnTensorDescriptor();
    private final cudnnTensorDescriptor output = new cudnnTensorDescriptor();
    private final cudnnFilterDescriptor filter = new cudnnFilterDescriptor();
    private final cudnnConvolutionDescriptor convolution = new cudnnConvolutionDescriptor();

    private CudnnProgram() {
        cudnnCreate(handle);
        cudnnCreateTensorDescriptor(input);
        cudnnCreateTensorDescriptor(output);
        cudnnCreateFilterDescriptor(filter);
        cudnnCreateConvolutionDescriptor(convolution);
        setTensor(input, X);
        setTensor(output, Y);
        cudnnSetFilterNdDescriptor(filter, cudnnDataType.CUDNN_DATA_FLOAT, cudnnTensorFormat.CUDNN_TENSOR_NCHW, 5, W);
        int[] ones = {1, 1, 1};
        cudnnSetConvolutionNdDescriptor(convolution, 3, new int[3], ones, ones,
                cudnnConvolutionMode.CUDNN_CROSS_CORRELATION, cudnnDataType.CUDNN_DATA_FLOAT);
    }

    static void run(String name) {
        if (name.equals("matrix-product")) {
            matrixProduct();
            return;
        }
        CudnnProgram program = new CudnnProgram();
        switch (name) {
            case "convolution" -> program.convolve(cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0);
            case "small-workspace" ->
                    program.convolve(cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM, 1);
            case "workspace-of-another-type" -> {
                int algorithm = cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM;
                long bytes = program.workspaceBytes(algorithm);
                cudnnSetConvolutionMathType(program.convolution, cudnnMathType.CUDNN_FMA_MATH);
                program.convolve(algorithm, program.workspaceBytes(algorithm) - bytes);
            }
            case "wrong-descriptor" -> {
                setTensor(program.output, new int[] {1, 3, 2, 3, 5});
                program.convolve(cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM, 0);
            }
            case "wrong-norm" -> program.normalise(2);
            case "norm" -> program.normalise(3);
            case "algorithms" -> program.listAlgorithms();
            default -> throw new IllegalArgumentException("there is no program '" + name + "'");
        }
        program.destroy();
    }

    private void destroy() {
        cudnnDestroyConvolutionDescriptor(convolution);
        cudnnDestroyFilterDescriptor(filter);
        cudnnDestroyTensorDescriptor(output);
        cudnnDestroyTensorDescriptor(input);
        cudnnDestroy(handle);
    }

    private static void setTensor(cudnnTensorDescriptor descriptor, int[] dims) {
        int[] strides = new int[dims.length];
        int stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= dims[i];
        }
        cudnnSetTensorNdDescriptor(descriptor, cudnnDataType.CUDNN_DATA_FLOAT, dims.length, dims, strides);
    }

    private static int elements(int[] dims) {
        return Arrays.stream(dims).reduce(1, Math::multiplyExact);
    }

    /** Whole numbers, so that the sums are exact in any order. */
    private static float[] values(int[] dims) {
        float[] values = new float[elements(dims)];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 7 % 11 - 5;
        }
        return values;
    }

    /** Under the math type that is set. */
    private long workspaceBytes(int algorithm) {
        long[] size = new long[1];
        cudnnGetConvolutionForwardWorkspaceSize(handle, input, filter, convolution, output, algorithm, size);
        return size[0];
    }

    private void convolve(int algorithm, long shortBy) {
        float[] x = values(X);
        float[] w = values(W);
        long size = workspaceBytes(algorithm);
        CUdeviceptr space = DeviceProgram.allocate(Math.max(size, 1));
        CUdeviceptr dx = DeviceProgram.upload(x);
        CUdeviceptr dw = DeviceProgram.upload(w);
        CUdeviceptr dy = DeviceProgram.allocate(4L * elements(Y));
        try {
            cudnnConvolutionForward(handle, scalar(1), input, dx, filter, dw, convolution, algorithm, space,
                    size - shortBy, scalar(0), output, dy);
            float[] y = new float[elements(Y)];
            cuMemcpyDtoH(Pointer.to(y), dy, 4L * y.length);
            if (!Arrays.equals(y, expected(x, w))) {
                throw new IllegalStateException("the convolution is wrong: " + Arrays.toString(y));
            }
        } finally {
            for (CUdeviceptr pointer : new CUdeviceptr[] {space, dx, dw, dy}) {
                cuMemFree(pointer);
            }
        }
    }

    private static float[] expected(float[] x, float[] w) {
        float[] y = new float[elements(Y)];
        for (int at = 0; at < y.length; at++) {
            int k = at / 24;
            int d = at / 12 % 2;
            int h = at / 4 % 3;
            int v = at % 4;
            for (int tap = 0; tap < 54; tap++) {
                int c = tap / 27;
                int from = ((c * 4 + d + tap / 9 % 3) * 5 + h + tap / 3 % 3) * 6 + v + tap % 3;
                y[at] += w[k * 54 + tap] * x[from];
            }
        }
        return y;
    }

    /** Normalises y with statistics for so many channels. */
    private void normalise(int channels) {
        cudnnTensorDescriptor parameters = new cudnnTensorDescriptor();
        cudnnCreateTensorDescriptor(parameters);
        setTensor(parameters, new int[] {1, channels, 1, 1, 1});
        CUdeviceptr y = DeviceProgram.upload(values(Y));
        CUdeviceptr threes = DeviceProgram.upload(new float[] {3, 3, 3});
        CUdeviceptr fours = DeviceProgram.upload(new float[] {4, 4, 4});
        try {
            cudnnBatchNormalizationForwardInference(handle, cudnnBatchNormMode.CUDNN_BATCHNORM_SPATIAL, scalar(1),
                    scalar(0), output, y, output, y, parameters, fours, threes, threes, fours, 0);
            float[] result = new float[elements(Y)];
            cuMemcpyDtoH(Pointer.to(result), y, 4L * result.length);
            for (int i = 0; i < result.length; i++) {
                if (result[i] != 4 * (values(Y)[i] - 3) / 2 + 3) {
                    throw new IllegalStateException("the normalisation is wrong: " + Arrays.toString(result));
                }
            }
        } finally {
            for (CUdeviceptr pointer : new CUdeviceptr[] {y, threes, fours}) {
                cuMemFree(pointer);
            }
            cudnnDestroyTensorDescriptor(parameters);
        }
    }

    private void listAlgorithms() {
        cudnnConvolutionFwdAlgoPerf[] found = new cudnnConvolutionFwdAlgoPerf[8];
        Arrays.setAll(found, i -> new cudnnConvolutionFwdAlgoPerf());
        int[] count = new int[1];
        cudnnGetConvolutionForwardAlgorithm_v7(handle, input, filter, convolution, output, 8, count, found);
        for (int i = 0; i < count[0]; i++) {
            System.out.println("algorithm " + found[i].algo + " status " + found[i].status
                    + " memory " + found[i].memory + " deterministic " + found[i].determinism);
        }
    }

    private static void matrixProduct() {
        cublasHandle handle = new cublasHandle();
        JCublas2.cublasCreate(handle);
        CUdeviceptr a = DeviceProgram.upload(new float[] {1, 2, 3, 4, 5, 6});
        CUdeviceptr b = DeviceProgram.upload(new float[] {1, 0, 2, 1, 1, 1});
        CUdeviceptr c = DeviceProgram.allocate(16);
        JCublas2.cublasSgemm(handle, cublasOperation.CUBLAS_OP_N, cublasOperation.CUBLAS_OP_N, 2, 2, 3, scalar(1), a, 2,
                b, 3, scalar(0), c, 2);
        float[] result = new float[4];
        cuMemcpyDtoH(Pointer.to(result), c, 16);
        if (!Arrays.equals(result, new float[] {11, 14, 9, 12})) {
            throw new IllegalStateException("the product is wrong: " + Arrays.toString(result));
        }
        for (CUdeviceptr pointer : new CUdeviceptr[] {a, b, c}) {
            cuMemFree(pointer);
        }
        JCublas2.cublasDestroy(handle);
    }

    private static Pointer scalar(float value) {
        return Pointer.to(new float[] {value});
    }
}
