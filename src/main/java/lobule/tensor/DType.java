package lobule.tensor;

/** Element types. Computation is in {@link #FLOAT32}; the others hold labels, flags, counts and exact sums. */
public enum DType {
    FLOAT32(4),
    FLOAT64(8),
    UINT8(1);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }
}
