package lobule.device.cuda.convolution;

import java.util.List;
import jcuda.Pointer;
import lobule.device.cuda.library.Cudnn;

/** One of the three passes of a convolution; each reads two of (input, filter, output) and writes the third. */
public sealed interface ConvolutionPass permits ForwardPass, BackwardDataPass, BackwardFilterPass {

    /** As in the record of choices. */
    String name();

    /** cuDNN's own guesses, the best first. */
    List<Candidate> heuristics(Cudnn library, ConvolutionDescriptors descriptors);

    /** Runs all algorithms that fit the workspace; the fastest first. Overwrites what the pass writes. */
    List<Candidate> measure(Cudnn library, ConvolutionDescriptors descriptors, ConvolutionMemory memory);

    /** Scratch bytes of an algorithm; throws where cuDNN does not do it. */
    long workspaceBytes(Cudnn library, ConvolutionDescriptors descriptors, int algorithm);

    /** Whether an algorithm multiplies transformed factors (Winograd, FFT), which rounds more than direct sums do. */
    boolean transforms(int algorithm);

    /** Most products of a sum that it makes. */
    long terms(ConvolutionGeometry geometry);

    /** Enqueues the pass; {@code beta} points to 0 to overwrite, to 1 to add. */
    void run(Cudnn library, ConvolutionDescriptors descriptors, int algorithm, ConvolutionMemory memory, Pointer beta);

    /**
     * An algorithm that cuDNN proposes.
     *
     * @param status         0 where it can be used
     * @param algorithm      cuDNN's number, of this pass
     * @param deterministic  whether it gives the same bits again
     * @param workspaceBytes scratch memory it needs
     */
    record Candidate(int status, int algorithm, int mathType, boolean deterministic, long workspaceBytes) {}
}
