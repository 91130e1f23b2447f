package lobule.data;

import java.lang.foreign.ValueLayout;
import java.util.SortedMap;
import java.util.TreeMap;
import lobule.file.InputException;
import lobule.image.Grid;
import lobule.image.Volume;

/**
 * How often each label occurs in a mask as it is stored.
 *
 * @param voxels  by label
 * @param rounded how many were not quite whole numbers
 */
record LabelCounts(SortedMap<Integer, Count> voxels, long rounded) {
    /** How far from a whole number a label may be: slopes such as 1/255 and resampling leave as much. */
    private static final float TOLERANCE = 1e-3f;

    /**
     * @param first where it occurs first, as a linear index
     */
    record Count(long voxels, long first) {}

    /** @throws InputException at the first value that is not a whole number */
    static LabelCounts of(Volume mask) {
        SortedMap<Integer, Count> counts = new TreeMap<>();
        long rounded = 0;
        long runStart = 0;
        int running = 0;
        long size = mask.grid().voxels();
        for (long i = 0; i < size; i++) {
            float value = mask.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            int label = label(value);
            if (!(Math.abs(value - label) <= TOLERANCE)) { // a NaN is no label either
                throw new InputException(voxel(mask, i) + value + " but labels must be whole numbers.");
            }
            rounded += value == label ? 0 : 1;
            if (label != running) { // neighbours are mostly alike
                add(counts, running, i - runStart, runStart);
                running = label;
                runStart = i;
            }
        }
        add(counts, running, size - runStart, runStart);
        return new LabelCounts(counts, rounded);
    }

    private static void add(SortedMap<Integer, Count> counts, int label, long voxels, long first) {
        if (voxels > 0) {
            counts.merge(label, new Count(voxels, first), (a, b) -> new Count(a.voxels + b.voxels, a.first));
        }
    }

    /** The whole number that a stored value stands for. */
    static int label(float value) {
        return Math.round(value);
    }

    /** The beginning of a sentence about a voxel: its place. */
    static String voxel(Volume mask, long index) {
        Grid grid = mask.grid();
        long x = index % grid.sizeX();
        long y = index / grid.sizeX() % grid.sizeY();
        long z = index / grid.sizeX() / grid.sizeY();
        return mask.name() + ": voxel (" + x + ", " + y + ", " + z + ") of the mask is ";
    }
}
