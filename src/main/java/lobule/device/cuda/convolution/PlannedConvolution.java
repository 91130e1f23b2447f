package lobule.device.cuda.convolution;

import lobule.device.Launch;

/** A convolution whose algorithm is not chosen: only the most workspace that it may get is known. */
public record PlannedConvolution(ConvolutionPass pass, ConvolutionGeometry geometry, long workspaceBytes)
        implements ConvolutionKernel {

    @Override
    public Launch bind(ConvolutionMemory memory) {
        throw new UnsupportedOperationException("convolution " + pass.name() + " " + geometry
                + " was prepared to be planned, not run");
    }
}
