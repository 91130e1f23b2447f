package lobule.device;

/** A block of device memory, allocated once and aligned for every element type and vector unit. */
public interface Buffer extends AutoCloseable {
    /** Every tensor starts at a multiple of this many bytes. */
    long ALIGNMENT = 256;

    long bytes();

    /** Whether its memory has not been given back. */
    boolean isOpen();

    /** Gives the memory back; the second call does nothing. */
    @Override
    void close();

    /** {@code bytes} rounded up to {@link #ALIGNMENT}. */
    static long aligned(long bytes) {
        return Math.multiplyExact(Math.ceilDiv(bytes, ALIGNMENT), ALIGNMENT);
    }
}
