package lobule.device.cuda.convolution;

import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionBackwardDataAlgorithm_v7;
import static jcuda.jcudnn.JCudnn.cudnnFindConvolutionBackwardDataAlgorithmEx;
import static jcuda.jcudnn.JCudnn.cudnnGetConvolutionBackwardDataWorkspaceSize;
import static jcuda.jcudnn.JCudnn.cudnnConvolutionBackwardData;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.Pointer;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgo;
import jcuda.jcudnn.cudnnConvolutionBwdDataAlgoPerf;
import jcuda.jcudnn.cudnnDeterminism;
import lobule.device.cuda.library.Cudnn;

/** Input from filter and output: the data gradient of a convolution, or a transposed convolution. */
public final class BackwardDataPass implements ConvolutionPass {
    /** More than there are algorithms, each once a math type. */
    private static final int PROPOSALS = 20;

    @Override
    public String name() {
        return "backward data";
    }

    @Override
    public List<Candidate> heuristics(Cudnn library, ConvolutionDescriptors descriptors) {
        cudnnConvolutionBwdDataAlgoPerf[] proposals = proposals();
        int[] count = new int[1];
        Cudnn.check(cudnnGetConvolutionBackwardDataAlgorithm_v7(library.handle(), descriptors.filter(),
                descriptors.output(), descriptors.convolution(), descriptors.input(), PROPOSALS, count, proposals),
                "cudnnGetConvolutionBackwardDataAlgorithm_v7", descriptors.geometry());
        return candidates(proposals, count[0]);
    }

    @Override
    public List<Candidate> measure(Cudnn library, ConvolutionDescriptors descriptors, ConvolutionMemory memory) {
        cudnnConvolutionBwdDataAlgoPerf[] proposals = proposals();
        int[] count = new int[1];
        Cudnn.check(cudnnFindConvolutionBackwardDataAlgorithmEx(library.handle(), descriptors.filter(), memory.filter(),
                descriptors.output(), memory.output(), descriptors.convolution(), descriptors.input(),
                memory.input(), PROPOSALS, count, proposals, memory.workspace(),
                memory.workspaceBytes()), "cudnnFindConvolutionBackwardDataAlgorithmEx", descriptors.geometry());
        return candidates(proposals, count[0]);
    }

    private static cudnnConvolutionBwdDataAlgoPerf[] proposals() {
        cudnnConvolutionBwdDataAlgoPerf[] proposals = new cudnnConvolutionBwdDataAlgoPerf[PROPOSALS];
        Arrays.setAll(proposals, i -> new cudnnConvolutionBwdDataAlgoPerf());
        return proposals;
    }

    private static List<Candidate> candidates(cudnnConvolutionBwdDataAlgoPerf[] proposals, int count) {
        List<Candidate> candidates = new ArrayList<>();
        for (cudnnConvolutionBwdDataAlgoPerf proposal : Arrays.copyOf(proposals, count)) {
            candidates.add(new Candidate(proposal.status, proposal.algo, proposal.mathType,
                    proposal.determinism == cudnnDeterminism.CUDNN_DETERMINISTIC, proposal.memory));
        }
        return candidates;
    }

    @Override
    public long workspaceBytes(Cudnn library, ConvolutionDescriptors descriptors, int algorithm) {
        long[] bytes = new long[1];
        Cudnn.check(cudnnGetConvolutionBackwardDataWorkspaceSize(library.handle(), descriptors.filter(),
                descriptors.output(), descriptors.convolution(), descriptors.input(), algorithm, bytes),
                "cudnnGetConvolutionBackwardDataWorkspaceSize", descriptors.geometry());
        return bytes[0];
    }

    @Override
    public boolean transforms(int algorithm) {
        return switch (algorithm) {
            case cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT,
                 cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_FFT_TILING,
                 cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD,
                 cudnnConvolutionBwdDataAlgo.CUDNN_CONVOLUTION_BWD_DATA_ALGO_WINOGRAD_NONFUSED -> true;
            default -> false;
        };
    }

    @Override
    public void run(Cudnn library, ConvolutionDescriptors descriptors, int algorithm, ConvolutionMemory memory,
                    Pointer beta) {
        int status = cudnnConvolutionBackwardData(library.handle(), Cudnn.ONE, descriptors.filter(), memory.filter(),
                descriptors.output(), memory.output(), descriptors.convolution(), algorithm, memory.workspace(),
                memory.workspaceBytes(), beta, descriptors.input(), memory.input());
        if (status != 0) {
            Cudnn.check(status, "cudnnConvolutionBackwardData", descriptors.geometry());
        }
    }
}
