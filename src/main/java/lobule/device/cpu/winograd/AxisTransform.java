package lobule.device.cpu.winograd;

/**
 * The transforms of Winograd's convolution with three taps along one axis, over all lines of a cube, for one vector of
 * channels. A line is read whole before it is written, so that it may be transformed in place.
 *
 * <p>B^T, A^T and G are Toom-Cook's for the points of the tile (Vincent et al., On Improving the Numerical Stability of
 * Winograd Convolutions, 2017). Each method goes through its lines itself, so that a line's transform is inlined.
 */
sealed interface AxisTransform permits TwoOutputs, FourOutputs {

    /** A transform of lines in one place to lines in another; both have as many. */
    interface Pass {
        void run(long from, Lines read, long to, Lines written);
    }

    /** B^T: outputs + 2 values to as many. */
    void input(long from, Lines read, long to, Lines written);

    /** A^T: outputs + 2 values to outputs. */
    void output(long from, Lines read, long to, Lines written);

    /** A, the adjoint of {@link #output}. */
    void outputGradient(long from, Lines read, long to, Lines written);

    /** G: three taps to outputs + 2 values. */
    void weights(long from, Lines read, long to, Lines written);

    /** G^T, the adjoint of {@link #weights}. */
    void weightsGradient(long from, Lines read, long to, Lines written);
}
