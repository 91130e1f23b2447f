package lobule.device.cuda;

/** Makes the kernels of convolutions. */
@FunctionalInterface
interface ConvolutionKernels {

    /** The pass without bias. */
    ConvolutionKernel kernel(ConvolutionPass pass, ConvolutionGeometry geometry);
}
