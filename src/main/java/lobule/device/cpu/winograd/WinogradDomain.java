package lobule.device.cpu.winograd;

import java.util.Collections;

/**
 * Where a convolution of three taps along each axis is a product of matrices, one a frequency.
 *
 * @param rank 2 or 3 spatial axes
 */
record WinogradDomain(WinogradTile tile, int rank) {
    static final int TAPS = 3;

    int frequencies() {
        return power(tile.span());
    }

    /** Of one pair of channels. */
    int taps() {
        return power(TAPS);
    }

    /** How many times the rounding errors of direct sums: measured 2 to 5 of their norm in 3D with tiles of four. */
    double errorGrowth() {
        return switch (tile) {
            case TWO -> 2;
            case FOUR -> 8;
        };
    }

    private int power(int size) {
        return rank == 3 ? size * size * size : size * size;
    }

    /** As papers name it: F(4x4x4, 3x3x3). */
    String algorithm() {
        return "Winograd F(" + extent(tile.outputs()) + ", " + extent(TAPS) + ")";
    }

    private String extent(int size) {
        return String.join("x", Collections.nCopies(rank, Integer.toString(size)));
    }

    /** Distances of a tile's frequencies, when matrices are {@code stride} floats apart. */
    Strides frequencies(long stride) {
        return Strides.compact(tile.span(), stride);
    }

    CubeTransform transform(AxisTransform.Pass pass, int from, int to, Strides source, Strides target) {
        return new CubeTransform(pass, rank, from, to, source, target);
    }
}
