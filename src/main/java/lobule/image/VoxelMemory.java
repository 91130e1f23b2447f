package lobule.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lobule.file.InputException;

/** Off-heap room for voxels: 64-bit indices, zeroed, given back when its arena is closed. */
final class VoxelMemory {
    private static final long ALIGNMENT = 64;

    private VoxelMemory() {}

    static MemorySegment allocate(String name, Grid grid, long bytesPerVoxel, Arena arena) {
        long bytes = Math.multiplyExact(grid.voxels(), bytesPerVoxel);
        try {
            return arena.allocate(bytes, ALIGNMENT);
        } catch (OutOfMemoryError e) {
            // A volume's size is input: too large a file is the user's to change, not a fault of the program.
            throw new InputException(name + ": a volume of " + grid.sizeText() + " voxels needs " + (bytes >> 20)
                    + " MiB, more than is left; crop it.", e);
        }
    }

    static void requireSize(String name, Grid grid, MemorySegment voxels, long bytesPerVoxel) {
        long expected = Math.multiplyExact(grid.voxels(), bytesPerVoxel);
        if (voxels.byteSize() != expected) {
            throw new IllegalArgumentException(name + ": a grid of " + grid.sizeText() + " takes " + expected
                    + " bytes of voxels but got " + voxels.byteSize() + ".");
        }
    }
}
