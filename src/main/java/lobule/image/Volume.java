package lobule.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A scalar image, Hounsfield units for CT.
 *
 * @param name   what messages call it: the file, or what made it
 * @param voxels native-order floats, x fastest (see {@link Grid#index}); more than 2^31 of them are fine
 */
public record Volume(String name, Grid grid, MemorySegment voxels) {

    public Volume {
        VoxelMemory.requireSize(name, grid, voxels, Float.BYTES);
    }

    /** A volume of zeros, off-heap. */
    public static Volume allocate(String name, Grid grid) {
        return new Volume(name, grid, VoxelMemory.allocate(name, grid, Float.BYTES));
    }

    public float at(long x, long y, long z) {
        return voxels.getAtIndex(ValueLayout.JAVA_FLOAT, grid.index(x, y, z));
    }

    public void set(long x, long y, long z, float value) {
        voxels.setAtIndex(ValueLayout.JAVA_FLOAT, grid.index(x, y, z), value);
    }
}
