package lobule.device.cpu.winograd;

import lobule.device.Buffer;

/**
 * A block of tiles in the domain where Winograd's convolution is a product: 64 matrices (tiles, channels), row-major.
 * They are a cache line further apart than they need be: at a distance of a power of two the 64 values of one tile
 * would share few places of the cache.
 */
record FrequencyBlock(int tiles, int channels) {
    static final int FREQUENCIES = 64;
    private static final int LINE = 16;

    /** Floats from a matrix to the next. */
    long stride() {
        return (long) tiles * channels + LINE;
    }

    long bytes() {
        return Buffer.aligned(FREQUENCIES * stride() * Float.BYTES);
    }
}
