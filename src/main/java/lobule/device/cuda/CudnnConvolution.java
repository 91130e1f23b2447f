package lobule.device.cuda;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;

/** One pass of a convolution by cuDNN; weight gradients are added to what is there where the step says so. */
final class CudnnConvolution implements Kernel {
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
    public Launch bind(Operands operands) {
        ConvolutionMemory memory = pass.memory(operands, descriptors.geometry().transposed(), choice.workspaceBytes());
        boolean gradient = pass instanceof BackwardFilterPass;
        return step -> pass.run(library, descriptors, choice.algorithm(), memory,
                gradient && step.accumulate ? Cudnn.ONE : Cudnn.ZERO);
    }

    @Override
    public void close() {
        descriptors.close();
    }
}
