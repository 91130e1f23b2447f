package lobule.image;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import lobule.file.InputException;

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

    /**
     * The labels held in a NIfTI file.
     *
     * @throws InputException where it cannot be read, or at the first value that is no label
     */
    public static Mask read(Path file, int classes, Arena arena) {
        try (Arena passing = Arena.ofShared()) {
            return of(NiftiReader.read(file, passing), classes, arena);
        }
    }

    /**
     * The labels held as numbers in an image file, whatever type they were stored in.
     *
     * @throws InputException at the first value that is neither a whole number in [0, classes) nor 255
     */
    public static Mask of(Volume volume, int classes, Arena arena) {
        Mask mask = allocate(volume.name(), volume.grid(), arena).withNotes(volume.notes());
        for (long i = 0; i < volume.grid().voxels(); i++) {
            float value = volume.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            int label = (int) value;
            if (label != value || label < 0 || label >= classes && label != IGNORE) {
                throw badLabel(volume, i, value, classes);
            }
            mask.labels.set(ValueLayout.JAVA_BYTE, i, (byte) label);
        }
        return mask;
    }

    private Mask withNotes(List<String> noted) {
        return new Mask(name, grid, labels, noted);
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

    private static InputException badLabel(Volume volume, long index, float value, int classes) {
        Grid grid = volume.grid();
        long x = index % grid.sizeX();
        long y = index / grid.sizeX() % grid.sizeY();
        long z = index / grid.sizeX() / grid.sizeY();
        return new InputException(volume.name() + ": voxel (" + x + ", " + y + ", " + z + ") of the mask is " + value
                + " but labels must be whole numbers from 0 to " + (classes - 1) + ", or " + IGNORE
                + " for voxels to ignore.");
    }
}
