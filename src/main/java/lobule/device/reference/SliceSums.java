package lobule.device.reference;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Sums over all voxels: one set a slice, added up in slice order, so that the threads do not change the result. */
final class SliceSums {
    private SliceSums() {}

    /** Adds the terms of one slice to {@code sums}. */
    @FunctionalInterface
    interface Slice {
        void add(long slice, double[] sums);
    }

    static double[] total(long slices, int count, Parallel parallel, Slice terms) {
        double[][] partial = new double[Math.toIntExact(slices)][count];
        parallel.forEach(slices, slice -> terms.add(slice, partial[(int) slice]));
        double[] total = new double[count];
        for (double[] sums : partial) {
            for (int i = 0; i < count; i++) {
                total[i] += sums[i];
            }
        }
        return total;
    }

    /** Writes the sums to a FLOAT64 tensor. */
    static void write(double[] sums, MemorySegment destination) {
        MemorySegment.copy(sums, 0, destination, ValueLayout.JAVA_DOUBLE, 0, sums.length);
    }
}
