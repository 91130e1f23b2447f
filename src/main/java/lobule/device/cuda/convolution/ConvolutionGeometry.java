package lobule.device.cuda.convolution;

import lobule.device.Buffer;
import lobule.device.TensorTooLargeException;
import lobule.device.cuda.kernel.Extents;
import lobule.device.cuda.kernel.PlaneTiles;
import lobule.tensor.Shape;

/**
 * A convolution without padding, as cuDNN describes it. A transposed convolution is the same with the roles of input
 * and output exchanged: its x is the output here, its y the input.
 *
 * @param input      (N, C, D, H, W) or (N, C, H, W)
 * @param filter     (K, C, kD, kH, kW)
 * @param output     (N, K, D', H', W')
 * @param transposed whether stride = kernel and it is the gradient of a convolution that the network computes
 * @param samplePitch channels from one sample of the input to the next: more than its own where it is the last channels
 *                   of a concatenation
 * @param aligned    whether the input begins at a multiple of 16 bytes, as cuDNN's kernels want; behind an odd number
 *                   of elements of a concatenation it does not
 */
public record ConvolutionGeometry(Shape input, Shape filter, Shape output, boolean transposed, long samplePitch,
                                  boolean aligned) {
    private static final long ALIGNMENT = 16;

    static ConvolutionGeometry convolution(Shape x, Shape weight, Shape y) {
        return new ConvolutionGeometry(x, weight, y, false, x.channels(), true);
    }

    /**
     * Of a transposed convolution with weight (Ci, Co, kD, kH, kW), y being the last Co channels of {@code
     * concatenation}. With one sample they lie together: it is the convolution that it would be without the others.
     */
    static ConvolutionGeometry transposed(Shape x, Shape weight, Shape concatenation) {
        Shape y = concatenation.withChannels(weight.channels());
        long before = (concatenation.channels() - y.channels()) * y.voxels() * Float.BYTES;
        return new ConvolutionGeometry(y, weight, x, true, y.batch() == 1 ? y.channels() : concatenation.channels(),
                before % ALIGNMENT == 0);
    }

    /** The same over an input that has memory of its own. */
    ConvolutionGeometry dense() {
        return new ConvolutionGeometry(input, filter, output, transposed, input.channels(), true);
    }

    /** What cuDNN is asked for: the input where it is, or a copy where that is not aligned. */
    ConvolutionGeometry forCudnn() {
        return aligned ? this : dense();
    }

    /** Scratch bytes for the copy. */
    public long copyBytes() {
        return aligned ? 0 : Buffer.aligned(input.elements() * Float.BYTES);
    }

    long stride(int axis) {
        return transposed ? filter.spatial(axis) : 1;
    }

    /**
     * Whether all of it is one product of matrices a sample: kernel 1, or no voxel of the input in two windows, which
     * are small enough to be reordered.
     */
    boolean isProduct() {
        Extents kernel = Extents.of(filter);
        return transposed && Math.max(kernel.height(), kernel.width()) <= PlaneTiles.LARGEST_KERNEL
                || filter.voxels() == 1;
    }

    /** What the input's samples lie apart in. */
    Shape spannedInput() {
        return input.withChannels(samplePitch);
    }

    /** cuDNN and cuBLAS count elements in 32 bits. */
    public void requireAddressable() {
        if (Math.max(spannedInput().elements(), output.elements()) > Integer.MAX_VALUE) {
            throw new TensorTooLargeException("device cuda: convolution " + this + " has a tensor of more than "
                    + Integer.MAX_VALUE + " elements, which cuDNN cannot address; choose a smaller patch");
        }
    }

    @Override
    public String toString() {
        return input + " by " + filter + (transposed ? " transposed" : "")
                + (samplePitch == input.channels() ? "" : " of " + samplePitch + " channels");
    }
}
