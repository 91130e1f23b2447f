package lobule.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lobule.file.InputException;

/** Off-heap room for voxels: 64-bit indices, zeroed, given back when its arena is closed. */
final class VoxelMemory {
    private static final long ALIGNMENT = 64;
    /** Smaller volumes are not worth the look at the machine. */
    private static final long LARGE = 1L << 26;

    private VoxelMemory() {}

    static MemorySegment allocate(String name, Grid grid, long bytesPerVoxel, Arena arena) {
        long bytes = Math.multiplyExact(grid.voxels(), bytesPerVoxel);
        requireAvailable(name, grid, bytes);
        try {
            return arena.allocate(bytes, ALIGNMENT);
        } catch (OutOfMemoryError e) {
            // A volume's size is input: too large a file is the user's to change, not a fault of the program.
            throw new InputException(name + ": a volume of " + grid.sizeText() + " voxels needs " + (bytes >> 20)
                    + " MiB, more than is left; crop it.", e);
        }
    }

    /** @throws InputException where the machine has no room for a volume of floats */
    static void requireAvailable(String name, Grid grid) {
        requireAvailable(name, grid, Math.multiplyExact(grid.voxels(), (long) Float.BYTES));
    }

    private static void requireAvailable(String name, Grid grid, long bytes) {
        if (bytes >= LARGE && bytes > MachineMemory.availableBytes()) {
            throw new InputException(name + ": a volume of " + grid.sizeText() + " voxels needs " + (bytes >> 20)
                    + " MiB of memory, of which this machine has " + (MachineMemory.availableBytes() >> 20)
                    + " MiB left; crop it.");
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
