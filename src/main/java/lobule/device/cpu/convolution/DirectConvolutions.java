package lobule.device.cpu.convolution;

import lobule.device.Kernel;
import lobule.device.cpu.machine.WorkerPool;
import lobule.device.cpu.onednn.OneDnn;
import lobule.tensor.Shape;

/**
 * Kernels of convolutions, and of up-convolutions beside a concatenation, by oneDNN's direct algorithm. Weights are
 * (Co, Ci, ...), of up-convolutions (Ci, Co, ...).
 *
 * @param largestBytes convolutions beyond this, as {@link ConvolutionSlab} counts, are computed in slabs
 */
public record DirectConvolutions(OneDnn library, WorkerPool workers, long largestBytes) {
    /**
     * Up to here oneDNN 3.11 takes its jit kernel for the gradient by weights, whose offsets have 32 bits; beyond, its
     * plain loops (ref). (Forward and by data it takes brgconv up to four times that.)
     */
    public static final long LARGEST_BYTES = Integer.MAX_VALUE;

    public Kernel forward(Shape x, Shape weight, Shape y, boolean bias) {
        return forward(new ConvolutionShape(x, weight, y, false, bias));
    }

    public Kernel backwardData(Shape dy, Shape weight, Shape dx) {
        return backwardData(new ConvolutionShape(dx, weight, dy, false, false));
    }

    public Kernel backwardWeights(Shape x, Shape weight, Shape dy, boolean bias) {
        return backwardWeights(new ConvolutionShape(x, weight, dy, false, bias));
    }

    /** @param joined the concatenation, whose last channels are written */
    public Kernel up(Shape x, Shape weight, Shape joined) {
        return CpuConcatenation.writing(workers, joined, weight.size(1),
                y -> forward(new ConvolutionShape(x, weight, y, true, false)));
    }

    /** @param joined gradient by the concatenation, whose last channels are read */
    public Kernel upBackwardData(Shape joined, Shape weight, Shape dx) {
        return CpuConcatenation.reading(workers, 0, joined, weight.size(1),
                dy -> backwardData(new ConvolutionShape(dx, weight, dy, true, false)));
    }

    /** @param joined gradient by the concatenation, whose last channels are read */
    public Kernel upBackwardWeights(Shape x, Shape weight, Shape joined) {
        return CpuConcatenation.reading(workers, 1, joined, weight.size(1),
                dy -> backwardWeights(new ConvolutionShape(x, weight, dy, true, false)));
    }

    private Kernel forward(ConvolutionShape shape) {
        return new CpuConvolution(library, ConvolutionSlab.byDestination(shape, largestBytes), false);
    }

    private Kernel backwardData(ConvolutionShape shape) {
        return new CpuConvolution(library, ConvolutionSlab.bySource(shape, largestBytes), true);
    }

    private Kernel backwardWeights(ConvolutionShape shape) {
        return new CpuConvolutionBackwardWeights(library, shape, ConvolutionSlab.byDestination(shape, largestBytes));
    }
}
