package lobule.device.cuda.convolution;

import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7;
import static jcuda.jcudnn.JCudnn.cudnnFindConvolutionBackwardFilterAlgorithmEx;
import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionBackwardFilterWorkspaceSize;
import static jcuda.jcudnn.JCudnn.cudnnConvolutionBackwardFilter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.Pointer;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgo;
import jcuda.jcudnn.cudnnConvolutionBwdFilterAlgoPerf;
import jcuda.jcudnn.cudnnDeterminism;
import lobule.device.cuda.library.Cudnn;

/** Filter from input and output: the weight gradient of a convolution or a transposed one. */
public final class BackwardFilterPass implements ConvolutionPass {
    /** More than there are algorithms, each once a math type. */
    private static final int PROPOSALS = 20;

    @Override
    public String name() {
        return "backward filter";
    }

    @Override
    public List<Candidate> heuristics(Cudnn library, ConvolutionDescriptors descriptors) {
        cudnnConvolutionBwdFilterAlgoPerf[] proposals = proposals();
        int[] count = new int[1];
        Cudnn.check(cudnnGetConvolutionBackwardFilterAlgorithm_v7(library.handle(), descriptors.input(),
                descriptors.output(), descriptors.convolution(), descriptors.filter(), PROPOSALS, count, proposals),
                "cudnnGetConvolutionBackwardFilterAlgorithm_v7", descriptors.geometry());
        return candidates(proposals, count[0]);
    }

    @Override
    public List<Candidate> measure(Cudnn library, ConvolutionDescriptors descriptors, ConvolutionMemory memory) {
        cudnnConvolutionBwdFilterAlgoPerf[] proposals = proposals();
        int[] count = new int[1];
        Cudnn.check(cudnnFindConvolutionBackwardFilterAlgorithmEx(library.handle(), descriptors.input(), memory.input(),
                descriptors.output(), memory.output(), descriptors.convolution(), descriptors.filter(),
                memory.filter(), PROPOSALS, count, proposals, memory.workspace(),
                memory.workspaceBytes()), "cudnnFindConvolutionBackwardFilterAlgorithmEx", descriptors.geometry());
        return candidates(proposals, count[0]);
    }

    private static cudnnConvolutionBwdFilterAlgoPerf[] proposals() {
        cudnnConvolutionBwdFilterAlgoPerf[] proposals = new cudnnConvolutionBwdFilterAlgoPerf[PROPOSALS];
        Arrays.setAll(proposals, i -> new cudnnConvolutionBwdFilterAlgoPerf());
        return proposals;
    }

    private static List<Candidate> candidates(cudnnConvolutionBwdFilterAlgoPerf[] proposals, int count) {
        List<Candidate> candidates = new ArrayList<>();
        for (cudnnConvolutionBwdFilterAlgoPerf proposal : Arrays.copyOf(proposals, count)) {
            candidates.add(new Candidate(proposal.status, proposal.algo, proposal.mathType,
                    proposal.determinism == cudnnDeterminism.CUDNN_DETERMINISTIC, proposal.memory));
        }
        return candidates;
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
