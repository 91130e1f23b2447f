package lobule.data;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.stream.Stream;
import lobule.file.InputException;
import lobule.image.Grid;
import lobule.image.IntensityWindow;
import lobule.image.Mask;
import lobule.image.Volume;

/**
 * An image and its mask, voxel for voxel on one grid.
 *
 * @param name    the case
 * @param classes how many labels there can be, background included
 */
public record LabelledVolume(String name, Volume image, Mask mask, int classes) {
    /** How far apart (mm) the same voxel of image and mask may lie: quaternions in float32 are that coarse. */
    static final double GRID_TOLERANCE = 0.05;

    /** @throws InputException where the two lie on different grids */
    public LabelledVolume {
        requireSameGrid(image.name(), image.grid(), mask);
    }

    /** @throws InputException where a mask does not lie on the grid of its image */
    public static void requireSameGrid(String image, Grid grid, Mask mask) {
        grid.difference(mask.grid(), GRID_TOLERANCE).ifPresent(difference -> {
            throw new InputException(image + " and " + mask.name() + " lie on different grids: " + difference
                    + "; the mask must be drawn on, or resampled to, its image.");
        });
    }

    /** What there is to say about the two files: read leniently, or in doubt. */
    public List<String> notes() {
        return Stream.concat(image.notes().stream(), mask.notes().stream().map(note -> "its mask: " + note)).toList();
    }

    public Grid grid() {
        return image.grid();
    }

    /** A copy of the case with clipped and scaled intensities. */
    public LabelledVolume windowed(IntensityWindow window, Arena arena) {
        Mask copied = Mask.allocate(mask.name(), mask.grid(), arena);
        copied.labels().copyFrom(mask.labels());
        return new LabelledVolume(name, window.apply(image, arena), copied, classes);
    }

    /** The number of voxels with a label other than background and ignore. */
    public long foregroundVoxels() {
        MemorySegment labels = mask.labels();
        long count = 0;
        for (long i = 0; i < labels.byteSize(); i++) {
            count += Mask.isForeground(labels.get(ValueLayout.JAVA_BYTE, i)) ? 1 : 0;
        }
        return count;
    }

    /**
     * This case, for callers that can do nothing without an organ in it.
     *
     * @throws InputException where all of the mask is background or ignored
     */
    public LabelledVolume requireForeground() {
        if (foregroundVoxels() == 0) {
            throw new InputException(mask.name() + ": the mask holds no voxel of the organ (label 1 or above),"
                    + " so there is nothing to learn from it; take another case or mend the mask.");
        }
        return this;
    }
}
