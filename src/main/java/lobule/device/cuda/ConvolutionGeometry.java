package lobule.device.cuda;

import lobule.tensor.Shape;

/**
 * A convolution without padding, as cuDNN describes it. A transposed convolution is the same with the roles of input
 * and output exchanged: its x is the output here, its y the input.
 *
 * @param input      (N, C, D, H, W) or (N, C, H, W)
 * @param filter     (K, C, kD, kH, kW)
 * @param output     (N, K, D', H', W')
 * @param transposed whether stride = kernel and it is the gradient of a convolution that the network computes
 */
record ConvolutionGeometry(Shape input, Shape filter, Shape output, boolean transposed) {

    static ConvolutionGeometry convolution(Shape x, Shape weight, Shape y) {
        return new ConvolutionGeometry(x, weight, y, false);
    }

    /** Of a transposed convolution with weight (Ci, Co, kD, kH, kW). */
    static ConvolutionGeometry transposed(Shape x, Shape weight, Shape y) {
        return new ConvolutionGeometry(y, weight, x, true);
    }

    long stride(int axis) {
        return transposed ? filter.spatial(axis) : 1;
    }

    /** Whether all of it is one product of matrices a sample: kernel 1, or no voxel of the input in two windows. */
    boolean isProduct() {
        return transposed || filter.voxels() == 1;
    }

    /** Whether its sizes fit the 32-bit sizes of cuDNN and cuBLAS. */
    boolean fits() {
        return input.elements() <= Integer.MAX_VALUE && output.elements() <= Integer.MAX_VALUE;
    }

    /** Multiplications and additions of one pass. */
    double flop() {
        return 2.0 * output.elements() * filter.channels() * filter.voxels();
    }

    @Override
    public String toString() {
        return input + " by " + filter + (transposed ? " transposed" : "");
    }
}
