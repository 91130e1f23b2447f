package lobule.device.cpu.norm;

import lobule.device.cpu.machine.Lanes;
import lobule.tensor.Shape;

/**
 * How channels repeat in an NDHWC tensor read as one long row of floats: element i is of channel i mod C. A period is
 * the shortest run of whole vectors in which the pattern closes, so that coefficients of the channels, repeated over a
 * period, can be loaded as vectors whatever C is. Work is cut into chunks of whole periods that fit a core's cache.
 */
final class ChannelPattern {
    /** Vectors worked on at once, so that their latencies overlap. */
    static final int UNROLL = 4;
    private static final int CHUNK_FLOATS = 1 << 16;

    private final int channels;
    private final long elements;
    private final int period;
    private final long chunkElements;

    ChannelPattern(Shape shape) {
        this.channels = Math.toIntExact(shape.channels());
        this.elements = shape.elements();
        int block = UNROLL * Lanes.COUNT;
        this.period = Math.multiplyExact(channels / greatestCommonDivisor(channels, block), block);
        this.chunkElements = Math.max(1, CHUNK_FLOATS / period) * (long) period;
    }

    int channels() {
        return channels;
    }

    int period() {
        return period;
    }

    int chunks() {
        return Math.toIntExact(Math.ceilDiv(elements, chunkElements));
    }

    /** First element of a chunk; the chunk ends where the next begins. */
    long start(int chunk) {
        return Math.min(elements, chunk * chunkElements);
    }

    /** Elements of a chunk. */
    long length(int chunk) {
        return start(chunk + 1) - start(chunk);
    }

    /** First voxel of a chunk. */
    long voxel(int chunk) {
        return start(chunk) / channels;
    }

    /** End of a chunk's whole periods; behind it up to the chunk's end the elements are taken one by one. */
    long tail(int chunk) {
        long start = start(chunk);
        return start + (start(chunk + 1) - start) / period * period;
    }

    /** Values of each channel. */
    long valuesPerChannel() {
        return elements / channels;
    }

    /** Values of each channel in a chunk: chunks start and end at channel 0. */
    long valuesPerChannel(int chunk) {
        return length(chunk) / channels;
    }

    /** Room for one coefficient a channel, repeated over a period. */
    float[] coefficients() {
        return new float[period];
    }

    /** Repeats the first C entries over the period. */
    void repeat(float[] coefficients) {
        for (int i = channels; i < period; i++) {
            coefficients[i] = coefficients[i - channels];
        }
    }

    private static int greatestCommonDivisor(int a, int b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }
}
