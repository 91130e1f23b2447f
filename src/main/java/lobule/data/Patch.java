package lobule.data;

import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.Volume;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A place in a volume for the network to look at: its output voxels begin at (z, y, x). Copies write into memory that
 * the caller owns and allocate nothing.
 */
public record Patch(PatchShape shape, long z, long y, long x) {

    /**
     * The input, border included: past the volume's edge by reflection without repeating it, folded as often as needed.
     *
     * @param destination native-order floats in NCDHW with N = C = 1, that is (inputDepth, inputHeight, inputWidth)
     */
    public void copyInput(Volume image, MemorySegment destination) {
        requireRoom(destination, shape.inputVoxels(), Float.BYTES);
        Grid grid = image.grid();
        long written = 0;
        for (int d = 0; d < shape.inputDepth(); d++) {
            long sourceZ = Mirror.fold(z - shape.paddingAcross() + d, grid.sizeZ());
            for (int h = 0; h < shape.inputHeight(); h++, written += shape.inputWidth()) {
                long sourceY = Mirror.fold(y - shape.padding() + h, grid.sizeY());
                copyRow(image.voxels(), grid.index(0, sourceY, sourceZ), grid.sizeX(), destination, written);
            }
        }
    }

    /** What lies inside the volume goes in one piece, the rest voxel by voxel. */
    private void copyRow(MemorySegment voxels, long row, long sizeX, MemorySegment destination, long written) {
        long first = x - shape.padding();
        long width = shape.inputWidth();
        long insideFrom = Math.clamp(-first, 0, width);
        long insideTo = Math.clamp(sizeX - first, insideFrom, width);
        copyFolded(voxels, row, sizeX, destination, written, 0, insideFrom);
        MemorySegment.copy(voxels, (row + first + insideFrom) * Float.BYTES, destination,
                (written + insideFrom) * Float.BYTES, (insideTo - insideFrom) * Float.BYTES);
        copyFolded(voxels, row, sizeX, destination, written, insideTo, width);
    }

    private void copyFolded(
            MemorySegment voxels, long row, long sizeX, MemorySegment destination, long written, long from, long to) {
        for (long w = from; w < to; w++) {
            long source = row + Mirror.fold(x - shape.padding() + w, sizeX);
            destination.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, written + w,
                    voxels.getAtIndex(ValueLayout.JAVA_FLOAT, source));
        }
    }

    /**
     * The labels of the output voxels; {@link Mask#IGNORE} where they lie outside the volume.
     *
     * @param destination bytes in (depth, height, width)
     */
    public void copyTarget(Mask mask, MemorySegment destination) {
        requireRoom(destination, shape.outputVoxels(), Byte.BYTES);
        Grid grid = mask.grid();
        long inside = Math.clamp(grid.sizeX() - x, 0, shape.width());
        long written = 0;
        for (long d = z; d < z + shape.depth(); d++) {
            for (long h = y; h < y + shape.height(); h++, written += shape.width()) {
                long known = d < grid.sizeZ() && h < grid.sizeY() ? inside : 0;
                if (known > 0) {
                    MemorySegment.copy(mask.labels(), grid.index(x, h, d), destination, written, known);
                }
                for (long w = known; w < shape.width(); w++) {
                    destination.set(ValueLayout.JAVA_BYTE, written + w, (byte) Mask.IGNORE);
                }
            }
        }
    }

    /** True where an output voxel has a label other than background and ignore. */
    public boolean hasForeground(Mask mask) {
        return foregroundVoxels(mask, 1) > 0;
    }

    /** How many output voxels have a label other than background and ignore. */
    public long foregroundVoxels(Mask mask) {
        return foregroundVoxels(mask, Long.MAX_VALUE);
    }

    /** Up to so many: looks no further. */
    private long foregroundVoxels(Mask mask, long enough) {
        Grid grid = mask.grid();
        long count = 0;
        for (long d = z; d < Math.min(z + shape.depth(), grid.sizeZ()); d++) {
            for (long h = y; h < Math.min(y + shape.height(), grid.sizeY()); h++) {
                long row = grid.index(0, h, d);
                for (long w = x; w < Math.min(x + shape.width(), grid.sizeX()) && count < enough; w++) {
                    count += Mask.isForeground(mask.labels().get(ValueLayout.JAVA_BYTE, row + w)) ? 1 : 0;
                }
                if (count >= enough) {
                    return count;
                }
            }
        }
        return count;
    }

    /** The same place without its border: {@link #copyInput} then gives the intensities of the output voxels. */
    public Patch withoutPadding() {
        return new Patch(shape.withoutPadding(), z, y, x);
    }

    private static void requireRoom(MemorySegment destination, long voxels, int bytes) {
        if (destination.byteSize() < voxels * bytes) {
            throw new IllegalArgumentException("The patch takes " + voxels * bytes + " bytes but its destination has "
                    + destination.byteSize() + ".");
        }
    }
}
