package lobule.device.cuda.convolution;

/** Makes the kernels of convolutions. */
@FunctionalInterface
public interface ConvolutionKernels {

    /** The pass without bias. */
    ConvolutionKernel kernel(ConvolutionPass pass, ConvolutionGeometry geometry);
}
