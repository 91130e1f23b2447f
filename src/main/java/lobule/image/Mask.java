package lobule.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * One label per voxel: 0 is background, 1 to 254 are classes, 255 is left out of training and scoring.
 *
 * @param name   what messages call it: the file, or what made it
 * @param labels unsigned bytes, x fastest (see {@link Grid#index}); gone when the arena that they were allocated in is
 *               closed
 * @param notes  as those of a {@link Volume}
 */
public record Mask(String name, Grid grid, MemorySegment labels, List<String> notes) {
    public static final int IGNORE = 255;

    public Mask {
        VoxelMemory.requireSize(name, grid, labels, Byte.BYTES);
        notes = List.copyOf(notes);
    }

    /** One with nothing to note. */
    public Mask(String name, Grid grid, MemorySegment labels) {
        this(name, grid, labels, List.of());
    }

    /** A mask of background. */
    public static Mask allocate(String name, Grid grid, Arena arena) {
        return new Mask(name, grid, VoxelMemory.allocate(name, grid, Byte.BYTES, arena));
    }

    /** The label at a voxel, 0 to 255. */
    public int at(long x, long y, long z) {
        return Byte.toUnsignedInt(labels.get(ValueLayout.JAVA_BYTE, grid.index(x, y, z)));
    }

    public void set(long x, long y, long z, int label) {
        labels.set(ValueLayout.JAVA_BYTE, grid.index(x, y, z), (byte) label);
    }

    /** True for 1 to 254, given as the byte they are stored in. */
    public static boolean isForeground(byte label) {
        return label != 0 && label != (byte) IGNORE;
    }
}
