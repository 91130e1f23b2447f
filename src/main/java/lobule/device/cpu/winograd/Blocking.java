package lobule.device.cpu.winograd;

/** How many tiles go through transform and product at a time: from shapes alone, so that threads change no bit. */
final class Blocking {
    private static final int TILES = 32;
    /** Matrices that a core's cache does not hold, so that they should be read less often. */
    private static final long LARGE = 1 << 22;
    private static final int TILES_OF_LARGE = 64;
    /** A small convolution is cut into blocks for this many threads. */
    private static final int BLOCKS = 4;
    private static final int STEP = 8;

    private Blocking() {}

    static int tiles(WinogradWeights weights, WinogradTiles tiles) {
        int most = weights.floats() > LARGE ? TILES_OF_LARGE : TILES;
        long share = Math.ceilDiv(Math.ceilDiv(tiles.count(), BLOCKS), STEP) * STEP;
        return (int) Math.min(most, share);
    }
}
