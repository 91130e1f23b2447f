package lobule.device.cuda.convolution;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;

/** One pass of a convolution; weight gradients are added to what is there where the step says so. */
public interface ConvolutionKernel extends Kernel {
    ConvolutionPass pass();

    ConvolutionGeometry geometry();

    Launch bind(ConvolutionMemory memory);

    @Override
    default Launch bind(Operands operands) {
        return bind(ConvolutionMemory.of(pass(), geometry(), operands, workspaceBytes()));
    }
}
