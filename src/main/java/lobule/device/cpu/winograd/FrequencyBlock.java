package lobule.device.cpu.winograd;

import lobule.device.Buffer;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.onednn.OneDnnScope;
import org.bytedeco.dnnl.dnnl_memory_desc;

/**
 * A block of tiles in the domain where Winograd's convolution is a product: a matrix (tiles, channels) a frequency,
 * row-major, rows in whole vectors. Matrices are a cache line further apart than they need be: at a distance of a power
 * of two the values of one tile would share few places of the cache.
 */
record FrequencyBlock(int frequencies, int tiles, int channels) {
    static final int LINE = 16;

    /** Floats from a row to the next. */
    int rowStride() {
        return Lanes.padded(channels);
    }

    /** Floats from a matrix to the next. */
    long stride() {
        return (long) tiles * rowStride() + LINE;
    }

    long bytes() {
        return Buffer.aligned(frequencies * stride() * Float.BYTES);
    }

    /** (frequencies, tiles, channels). */
    dnnl_memory_desc layout(OneDnnScope scope) {
        return scope.strided(new long[] {frequencies, tiles, channels}, stride(), rowStride(), 1);
    }

    /** (frequencies, channels, tiles) of the same memory. */
    dnnl_memory_desc transposed(OneDnnScope scope) {
        return scope.strided(new long[] {frequencies, channels, tiles}, stride(), 1, rowStride());
    }
}
