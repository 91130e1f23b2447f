package lobule.device;

/** An op prepared for operands of known shape, before their memory exists. */
public interface Kernel extends AutoCloseable {

    /** Scratch memory needed during one launch, in bytes; shared with all other kernels. */
    default long workspaceBytes() {
        return 0;
    }

    /** Device memory that it took for itself when it was prepared and holds until it is closed, in bytes. */
    default long heldBytes() {
        return 0;
    }

    /** How it computes, such as {@code cuDNN algorithm 6}; empty where there is no choice. */
    default String algorithm() {
        return "";
    }

    /** How many times the rounding errors of direct sums it may make: more than 1 where factors are transformed. */
    default double errorGrowth() {
        return 1;
    }

    /** Fixes the operands. The kernel outlives its launches. */
    Launch bind(Operands operands);

    @Override
    default void close() {}
}
