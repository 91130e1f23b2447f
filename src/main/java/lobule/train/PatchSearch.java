package lobule.train;

import java.util.Optional;
import java.util.function.LongPredicate;
import java.util.function.ToLongFunction;
import lobule.device.TensorTooLargeException;
import lobule.nn.UNetConfig;

/**
 * The largest patch of a family that a plan finds room for: (s, s, s - 8) for a 3D network, whose experiments have
 * patches a little lower along the last axis, and (s, s) for a 2D one, s = 8k + 4.
 */
public final class PatchSearch {
    private static final long STRIDE = 8;
    /** Patch sizes have five digits. */
    private static final long LARGEST = 99_996;

    private final int rank;
    private final long limitBytes;
    private final ToLongFunction<String> bytes;

    /**
     * @param rank  of the network: 3 or 2
     * @param bytes what a patch takes, from its text as settings have it
     */
    public PatchSearch(int rank, long limitBytes, ToLongFunction<String> bytes) {
        this.rank = rank;
        this.limitBytes = limitBytes;
        this.bytes = bytes;
    }

    /** @param next the smallest of the family that does not fit, where there is one */
    public record Outcome(Optional<String> largest, Optional<String> next) {}

    /** By doubling and bisection; takes more memory to grow with the patch. */
    public Outcome run() {
        long smallest = smallest();
        long count = largestCount((LARGEST - smallest) / STRIDE + 1, i -> fits(smallest + i * STRIDE));
        long largest = smallest + (count - 1) * STRIDE;
        return new Outcome(count == 0 ? Optional.empty() : Optional.of(text(largest)),
                largest == LARGEST ? Optional.empty() : Optional.of(text(largest + STRIDE)));
    }

    private long smallest() {
        return UNetConfig.legalOutputBelow(0) + (rank == 3 ? STRIDE : 0);
    }

    private String text(long size) {
        return rank == 3 ? size + "x" + size + "x" + (size - STRIDE) : size + "x" + size;
    }

    private boolean fits(long size) {
        try {
            return bytes.applyAsLong(text(size)) <= limitBytes;
        } catch (TensorTooLargeException e) {
            return false;
        }
    }

    /** How many of 0, 1, 2, ... hold, where all that hold come first. */
    private static long largestCount(long count, LongPredicate holds) {
        long tried = 1;
        while (tried <= count && holds.test(tried - 1)) {
            tried *= 2;
        }
        long holding = tried / 2;
        long failing = Math.min(tried, count + 1);
        while (failing - holding > 1) {
            long middle = (holding + failing) / 2;
            if (holds.test(middle - 1)) {
                holding = middle;
            } else {
                failing = middle;
            }
        }
        return holding;
    }
}
