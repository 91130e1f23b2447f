package lobule.device.cuda.convolution;

import lobule.device.TensorTooLargeException;
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
 */
public record ConvolutionGeometry(Shape input, Shape filter, Shape output, boolean transposed, long samplePitch) {

    static ConvolutionGeometry convolution(Shape x, Shape weight, Shape y) {
        return new ConvolutionGeometry(x, weight, y, false, x.channels());
    }

    /**
     * Of a transposed convolution with weight (Ci, Co, kD, kH, kW), y being the last Co channels of {@code
     * concatenation}. With one sample they lie together: it is the convolution that it would be without the others.
     */
    static ConvolutionGeometry transposed(Shape x, Shape weight, Shape concatenation) {
        Shape y = concatenation.withChannels(weight.channels());
        return new ConvolutionGeometry(y, weight, x, true, y.batch() == 1 ? y.channels() : concatenation.channels());
    }

    long stride(int axis) {
        return transposed ? filter.spatial(axis) : 1;
    }

    /** Whether all of it is one product of matrices a sample: kernel 1, or no voxel of the input in two windows. */
    boolean isProduct() {
        return transposed || filter.voxels() == 1;
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
