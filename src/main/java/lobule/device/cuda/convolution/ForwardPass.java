package lobule.device.cuda.convolution;

import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionForwardWorkspaceSize;
import static jcuda.jcudnn.JCudnn.cudnnConvolutionForward;

import java.util.List;
import jcuda.Pointer;
import jcuda.jcudnn.cudnnConvolutionFwdAlgo;
import lobule.device.cuda.convolution.AlgorithmList.Operand;
import lobule.device.cuda.library.Cudnn;

/** Output from input and filter: a convolution, or the data gradient of a transposed one. */
public final class ForwardPass implements ConvolutionPass {
    @Override
    public String name() {
        return "forward";
    }

    @Override
    public List<Candidate> heuristics(Cudnn library, ConvolutionDescriptors descriptors) {
        return new AlgorithmList("ConvolutionForward", descriptors.geometry(), descriptors.convolution().address(),
                Operand.of(descriptors.input().address()), Operand.of(descriptors.filter().address()),
                Operand.of(descriptors.output().address())).guessed(library);
    }

    @Override
    public List<Candidate> measure(Cudnn library, ConvolutionDescriptors descriptors, ConvolutionMemory memory) {
        return new AlgorithmList("ConvolutionForward", descriptors.geometry(), descriptors.convolution().address(),
                new Operand(descriptors.input().address(), memory.input()),
                new Operand(descriptors.filter().address(), memory.filter()),
                new Operand(descriptors.output().address(), memory.output()))
                .timed(library, memory.workspace(), memory.workspaceBytes());
    }

    @Override
    public long workspaceBytes(Cudnn library, ConvolutionDescriptors descriptors, int algorithm) {
        long[] bytes = new long[1];
        Cudnn.check(cudnnGetConvolutionForwardWorkspaceSize(library.handle(), descriptors.input(), descriptors.filter(),
                descriptors.convolution(), descriptors.output(),
                algorithm, bytes), "cudnnGetConvolutionForwardWorkspaceSize", descriptors.geometry());
        return bytes[0];
    }

    @Override
    public boolean transforms(int algorithm) {
        return switch (algorithm) {
            case cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_FFT,
                 cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_FFT_TILING,
                 cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD,
                 cudnnConvolutionFwdAlgo.CUDNN_CONVOLUTION_FWD_ALGO_WINOGRAD_NONFUSED -> true;
            default -> false;
        };
    }

    @Override
    public long terms(ConvolutionGeometry geometry) {
        return geometry.filter().size(1) * geometry.filter().voxels();
    }

    @Override
    public void run(Cudnn library, ConvolutionDescriptors descriptors, int algorithm, ConvolutionMemory memory,
                    Pointer beta) {
        int status = cudnnConvolutionForward(library.handle(), Cudnn.ONE, descriptors.input(), memory.input(),
                descriptors.filter(), memory.filter(), descriptors.convolution(), algorithm, memory.workspace(),
                memory.workspaceBytes(), beta, descriptors.output(), memory.output());
        if (status != 0) {
            Cudnn.check(status, "cudnnConvolutionForward", descriptors.geometry());
        }
    }
}
