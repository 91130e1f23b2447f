package lobule.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import lobule.file.InputException;

/**
 * A scalar image, Hounsfield units for CT.
 *
 * @param name   what messages call it: the file, or what made it
 * @param voxels native-order floats, x fastest (see {@link Grid#index}); more than 2^31 of them are fine; gone when the
 *               arena that they were allocated in is closed
 * @param notes  a sentence for everything that its file left in doubt or that was read leniently
 */
public record Volume(String name, Grid grid, MemorySegment voxels, List<String> notes) {

    public Volume {
        VoxelMemory.requireSize(name, grid, voxels, Float.BYTES);
        notes = List.copyOf(notes);
    }

    /** One with nothing to note. */
    public Volume(String name, Grid grid, MemorySegment voxels) {
        this(name, grid, voxels, List.of());
    }

    /** A volume of zeros. */
    public static Volume allocate(String name, Grid grid, Arena arena) {
        return new Volume(name, grid, VoxelMemory.allocate(name, grid, Float.BYTES, arena));
    }

    Volume withNotes(List<String> noted) {
        return new Volume(name, grid, voxels, noted);
    }

    /**
     * This volume, for callers that need a value everywhere.
     *
     * @throws InputException where a voxel is not a finite number
     */
    public Volume requireFinite() {
        long damaged = 0;
        for (long i = 0; i < grid.voxels(); i++) {
            damaged += Float.isFinite(voxels.getAtIndex(ValueLayout.JAVA_FLOAT, i)) ? 0 : 1;
        }
        if (damaged > 0) {
            throw new InputException(name + ": " + damaged + " of " + grid.voxels()
                    + " voxels are not finite numbers; an image for a network must have a value everywhere.");
        }
        return this;
    }

    public float at(long x, long y, long z) {
        return voxels.getAtIndex(ValueLayout.JAVA_FLOAT, grid.index(x, y, z));
    }

    public void set(long x, long y, long z, float value) {
        voxels.setAtIndex(ValueLayout.JAVA_FLOAT, grid.index(x, y, z), value);
    }
}
