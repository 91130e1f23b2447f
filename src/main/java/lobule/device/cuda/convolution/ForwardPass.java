package lobule.device.cuda.convolution;

import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionForwardAlgorithm_v7;
import static jcuda.jcudnn.JCudnn.cudnnFindConvolutionForwardAlgorithmEx;
import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionForwardWorkspaceSize;
import static jcuda.jcudnn.JCudnn.cudnnConvolutionForward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.Pointer;
import jcuda.jcudnn.cudnnConvolutionFwdAlgo;
import jcuda.jcudnn.cudnnConvolutionFwdAlgoPerf;
import jcuda.jcudnn.cudnnDeterminism;
import lobule.device.cuda.library.Cudnn;

/** Output from input and filter: a convolution, or the data gradient of a transposed one. */
public final class ForwardPass implements ConvolutionPass {
    /** More than there are algorithms, each once a math type. */
    private static final int PROPOSALS = 20;

    @Override
    public String name() {
        return "forward";
    }

    @Override
    public List<Candidate> heuristics(Cudnn library, ConvolutionDescriptors descriptors) {
        cudnnConvolutionFwdAlgoPerf[] proposals = proposals();
        int[] count = new int[1];
        Cudnn.check(cudnnGetConvolutionForwardAlgorithm_v7(library.handle(), descriptors.input(), descriptors.filter(),
                descriptors.convolution(), descriptors.output(),
                PROPOSALS, count, proposals), "cudnnGetConvolutionForwardAlgorithm_v7", descriptors.geometry());
        return candidates(proposals, count[0]);
    }

    @Override
    public List<Candidate> measure(Cudnn library, ConvolutionDescriptors descriptors, ConvolutionMemory memory) {
        cudnnConvolutionFwdAlgoPerf[] proposals = proposals();
        int[] count = new int[1];
        Cudnn.check(cudnnFindConvolutionForwardAlgorithmEx(library.handle(), descriptors.input(), memory.input(),
                descriptors.filter(), memory.filter(), descriptors.convolution(), descriptors.output(),
                memory.output(), PROPOSALS, count, proposals, memory.workspace(),
                memory.workspaceBytes()), "cudnnFindConvolutionForwardAlgorithmEx", descriptors.geometry());
        return candidates(proposals, count[0]);
    }

    private static cudnnConvolutionFwdAlgoPerf[] proposals() {
        cudnnConvolutionFwdAlgoPerf[] proposals = new cudnnConvolutionFwdAlgoPerf[PROPOSALS];
        Arrays.setAll(proposals, i -> new cudnnConvolutionFwdAlgoPerf());
        return proposals;
    }

    private static List<Candidate> candidates(cudnnConvolutionFwdAlgoPerf[] proposals, int count) {
        List<Candidate> candidates = new ArrayList<>();
        for (cudnnConvolutionFwdAlgoPerf proposal : Arrays.copyOf(proposals, count)) {
            candidates.add(new Candidate(proposal.status, proposal.algo, proposal.mathType,
                    proposal.determinism == cudnnDeterminism.CUDNN_DETERMINISTIC, proposal.memory));
        }
        return candidates;
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
