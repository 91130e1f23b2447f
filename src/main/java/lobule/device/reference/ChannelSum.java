package lobule.device.reference;

import java.util.function.LongToDoubleFunction;

/** Sums over one channel in the whole batch, in index order. */
final class ChannelSum {
    private ChannelSum() {}

    /** Sum of {@code term} over the row-major indices of channel {@code c}. */
    static double of(Extents extents, long c, LongToDoubleFunction term) {
        long voxels = extents.voxels();
        double sum = 0;
        for (long n = 0; n < extents.n(); n++) {
            long start = extents.index(n, c, 0, 0, 0);
            for (long index = start; index < start + voxels; index++) {
                sum += term.applyAsDouble(index);
            }
        }
        return sum;
    }
}
