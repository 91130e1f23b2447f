package lobule.image;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import lobule.file.InputException;

/**
 * Clips intensities and brings them to the scale a network learns from: (clip(v) - centre) / halfWidth.
 *
 * @param lower     smallest intensity kept (HU)
 * @param upper     largest intensity kept (HU)
 * @param centre    the intensity that becomes 0
 * @param halfWidth the distance from the centre that becomes 1
 */
public record IntensityWindow(float lower, float upper, float centre, float halfWidth) {
    /** The window of abdominal soft tissue: [-160, 240] HU becomes [-1, 1]. */
    public static final IntensityWindow SOFT_TISSUE = of(-160, 240);

    public IntensityWindow {
        if (!(lower < upper) || !Float.isFinite(lower) || !Float.isFinite(upper)) {
            throw new InputException("An intensity window needs a lower below its upper bound but got ["
                    + lower + ", " + upper + "].");
        }
        if (!(halfWidth > 0) || !Float.isFinite(halfWidth) || !Float.isFinite(centre)) {
            throw new InputException("An intensity window needs a finite centre and a half width above 0 but got "
                    + centre + " and " + halfWidth + ".");
        }
    }

    /** The window that maps [lower, upper] onto [-1, 1]. */
    public static IntensityWindow of(float lower, float upper) {
        return new IntensityWindow(lower, upper, (lower + upper) / 2, (upper - lower) / 2);
    }

    public float apply(float intensity) {
        return (Math.clamp(intensity, lower, upper) - centre) / halfWidth;
    }

    /** A new volume on the same grid with every voxel mapped. */
    public Volume apply(Volume volume, Arena arena) {
        Volume mapped = Volume.allocate(volume.name(), volume.grid(), arena).withNotes(volume.notes());
        for (long i = 0; i < volume.grid().voxels(); i++) {
            float intensity = volume.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            mapped.voxels().setAtIndex(ValueLayout.JAVA_FLOAT, i, apply(intensity));
        }
        return mapped;
    }
}
