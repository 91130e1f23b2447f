package lobule.nn;

import lobule.tensor.Shape;

/**
 * What defines a U-Net.
 *
 * @param rank         3 for volumes, 2 for slices
 * @param inChannels   channels of the image
 * @param classes      classes including background
 * @param baseChannels channels of the first block; every level doubles them
 * @param dropout      rate of the dropout before each 3x3x3 convolution of the decoder; 0 for none
 * @param epsilon      added to the variance
 * @param momentum     weight of the newest batch in the running statistics
 */
public record UNetConfig(int rank, int inChannels, int classes, int baseChannels, double dropout, double epsilon,
                         double momentum) {
    /** Levels of resolution. */
    public static final int LEVELS = 4;
    /** Border lost to the valid convolutions on each side of each axis. */
    public static final long PADDING = 44;
    /** Output sizes are 8k + 4: then all levels divide evenly. */
    private static final long STRIDE = 1L << (LEVELS - 1);
    private static final long SMALLEST = 4;

    public UNetConfig {
        require(rank == 2 || rank == 3, "rank", rank, "2 or 3");
        require(inChannels >= 1, "input channels", inChannels, "at least 1");
        require(classes >= 2 && classes <= 255, "classes", classes, "2 to 255");
        require(baseChannels >= 1, "base channels", baseChannels, "at least 1");
        require(dropout >= 0 && dropout < 1, "dropout", dropout, "at least 0 and below 1");
    }

    private static void require(boolean holds, String what, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException("U-Net: " + what + " is " + value + ", expected " + expected);
        }
    }

    /** A network with epsilon 1e-3 and momentum 0.01, as in the experiments. */
    public static UNetConfig of(int rank, int inChannels, int classes, int baseChannels, double dropout) {
        return new UNetConfig(rank, inChannels, classes, baseChannels, dropout, 1e-3, 0.01);
    }

    /** Whether a patch may have this size along an axis: 4, 12, 20, 28, ... */
    public static boolean legalOutput(long size) {
        return size >= SMALLEST && size % STRIDE == SMALLEST;
    }

    /** The largest legal size not above {@code size}, or the smallest one there is. */
    public static long legalOutputBelow(long size) {
        return Math.max(SMALLEST, Math.floorDiv(size - SMALLEST, STRIDE) * STRIDE + SMALLEST);
    }

    /** Input for an output of {@code (N, classes, D, H, W)} or {@code (N, classes, H, W)}. */
    public Shape inputShape(Shape output) {
        Shape input = output.withChannels(inChannels);
        for (int axis = 0; axis < output.spatialRank(); axis++) {
            input = input.withSpatial(axis, output.spatial(axis) + 2 * PADDING);
        }
        return input;
    }
}
