package lobule.device.cuda.convolution;

import lobule.device.Launch;
import lobule.device.cuda.library.Cudnn;
import lobule.device.cuda.options.AlgorithmChoice;

/** One pass of a convolution by cuDNN; weight gradients are added to what is there where the step says so. */
final class CudnnConvolution implements ConvolutionKernel {
    /** Winograd's transforms of tiles of 6 and the FFT lose up to four bits. */
    static final double TRANSFORMED = 16;

    private final Cudnn library;
    private final ConvolutionPass pass;
    private final ConvolutionDescriptors descriptors;
    private final AlgorithmChoice choice;

    /** Owns the descriptors. */
    CudnnConvolution(Cudnn library, ConvolutionPass pass, ConvolutionDescriptors descriptors, AlgorithmChoice choice) {
        this.library = library;
        this.pass = pass;
        this.descriptors = descriptors;
        this.choice = choice;
        descriptors.setMathType(choice.mathType());
    }

    @Override
    public long workspaceBytes() {
        return choice.workspaceBytes();
    }

    @Override
    public String algorithm() {
        return choice.label();
    }

    @Override
    public double errorGrowth() {
        return pass.transforms(choice.algorithm()) ? TRANSFORMED : 1;
    }

    @Override
    public ConvolutionPass pass() {
        return pass;
    }

    @Override
    public ConvolutionGeometry geometry() {
        return descriptors.geometry();
    }

    @Override
    public Launch bind(ConvolutionMemory memory) {
        boolean gradient = pass instanceof BackwardFilterPass;
        return step -> pass.run(library, descriptors, choice.algorithm(), memory,
                gradient && step.accumulate ? Cudnn.ONE : Cudnn.ZERO);
    }

    @Override
    public void close() {
        descriptors.close();
    }
}
