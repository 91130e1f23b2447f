package lobule.device.cuda.convolution;

import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize;
import static jcuda.jcudnn.JCudnn.cudnnConvolutionBackwardFilter;

import java.util.List;
import jcuda.Pointer;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgo;
import lobule.device.cuda.convolution.AlgorithmList.Operand;
import lobule.device.cuda.library.Cudnn;

/** Filter from input and output: the weight gradient of a convolution or a transposed one. */
public final class BackwardFilterPass implements ConvolutionPass {
    @Override
    public String name() {
        return "backward filter";
    }

    @Override
    public List<Candidate> heuristics(Cudnn library, ConvolutionDescriptors descriptors) {
        return new AlgorithmList("ConvolutionBackwardFilter", descriptors.geometry(),
                descriptors.convolution().address(),
                Operand.of(descriptors.input().address()), Operand.of(descriptors.output().address()),
                Operand.of(descriptors.filter().address())).guessed(library);
    }

    @Override
    public List<Candidate> measure(Cudnn library, ConvolutionDescriptors descriptors, ConvolutionMemory memory) {
        return new AlgorithmList("ConvolutionBackwardFilter", descriptors.geometry(),
                descriptors.convolution().address(),
                new Operand(descriptors.input().address(), memory.input()),
                new Operand(descriptors.output().address(), memory.output()),
                new Operand(descriptors.filter().address(), memory.filter()))
                .timed(library, memory.workspace(), memory.workspaceBytes());
    }

    @Override
    public long workspaceBytes(Cudnn library, ConvolutionDescriptors descriptors, int algorithm) {
        long[] bytes = new long[1];
        Cudnn.check(cudnnGetConvolutionBackwardFilterWorkspaceSize(library.handle(), descriptors.input(),
                descriptors.output(), descriptors.convolution(), descriptors.filter(), algorithm, bytes),
                "cudnnGetConvolutionBackwardFilterWorkspaceSize", descriptors.geometry());
        return bytes[0];
    }

    @Override
    public boolean transforms(int algorithm) {
        return switch (algorithm) {
            case cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT,
                 cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_FFT_TILING,
                 cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD,
                 cudnnConvolutionBwdFilterAlgo.CUDNN_CONVOLUTION_BWD_FILTER_ALGO_WINOGRAD_NONFUSED -> true;
            default -> false;
        };
    }

    @Override
    public long terms(ConvolutionGeometry geometry) {
        return geometry.output().batch() * geometry.output().voxels();
    }

    @Override
    public void run(Cudnn library, ConvolutionDescriptors descriptors, int algorithm, ConvolutionMemory memory,
                    Pointer beta) {
        int status = cudnnConvolutionBackwardFilter(library.handle(), Cudnn.ONE, descriptors.input(), memory.input(),
                descriptors.output(), memory.output(), descriptors.convolution(), algorithm, memory.workspace(),
                memory.workspaceBytes(), beta, descriptors.filter(), memory.filter());
        if (status != 0) {
            Cudnn.check(status, "cudnnConvolutionBackwardFilter", descriptors.geometry());
        }
    }
}
