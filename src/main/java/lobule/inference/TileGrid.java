package lobule.inference;

import lobule.data.Patch;
import lobule.data.PatchShape;
import lobule.file.InputException;
import lobule.image.Grid;

/**
 * Tiles of one shape that cover a volume exactly once. They begin at multiples of 8: the network halves its grid three
 * times, so that only then a voxel is pooled with the same neighbours in whatever tile it lies. A size of 8k + 4 so
 * advances by 8k; the four voxels that the next tile has too, and what the last reaches past the volume, are cut off.
 *
 * @param depth  voxels of the volume along z
 * @param height voxels of the volume along y
 * @param width  voxels of the volume along x
 */
public record TileGrid(PatchShape shape, long depth, long height, long width) {
    /** Voxels of the input to one voxel of the lowest level. */
    static final int ALIGNMENT = 8;

    /** @throws InputException where the shape is too small to advance */
    public TileGrid {
        requireAdvance("depth", shape.depth(), step(shape.rank() == 3, shape.depth()), depth);
        requireAdvance("height", shape.height(), step(true, shape.height()), height);
        requireAdvance("width", shape.width(), step(true, shape.width()), width);
    }

    private static void requireAdvance(String axis, long size, long step, long volume) {
        if (step == 0 && size < volume) {
            throw new InputException("a tile's " + axis + " is " + size + ", expected at least " + (size + ALIGNMENT)
                    + " in a volume of " + volume + " there: tiles begin a multiple of " + ALIGNMENT
                    + " voxels apart.");
        }
    }

    /** The tiles of a volume in canonical orientation. */
    public static TileGrid over(Grid canonical, PatchShape shape) {
        return new TileGrid(shape, canonical.sizeZ(), canonical.sizeY(), canonical.sizeX());
    }

    public long count() {
        return alongZ() * alongY() * alongX();
    }

    public long alongZ() {
        return count(stepZ(), shape.depth(), depth);
    }

    public long alongY() {
        return count(stepY(), shape.height(), height);
    }

    public long alongX() {
        return count(stepX(), shape.width(), width);
    }

    /** The tile of a number from 0; x runs fastest. */
    Tile tile(long number) {
        long x = number % alongX();
        long y = number / alongX() % alongY();
        long z = number / alongX() / alongY();
        Patch patch = new Patch(shape, z * stepZ(), y * stepY(), x * stepX());
        return new Tile(patch, taken(patch.z(), z + 1 == alongZ(), stepZ(), depth),
                taken(patch.y(), y + 1 == alongY(), stepY(), height),
                taken(patch.x(), x + 1 == alongX(), stepX(), width));
    }

    private static long taken(long from, boolean last, long step, long volume) {
        return last ? volume - from : step;
    }

    public long voxels() {
        return depth * height * width;
    }

    /** Voxels that the network reads for all tiles. */
    public long inputVoxels() {
        return count() * shape.inputVoxels();
    }

    /** The part of what the network reads that is only border, of neighbouring tiles or mirrored. */
    public double borderShare() {
        return 1 - (double) voxels() / inputVoxels();
    }

    private long stepZ() {
        return step(shape.rank() == 3, shape.depth());
    }

    private long stepY() {
        return step(true, shape.height());
    }

    private long stepX() {
        return step(true, shape.width());
    }

    /** Slices of a 2D network are not pooled across. */
    private static long step(boolean pooled, long size) {
        return pooled ? size / ALIGNMENT * ALIGNMENT : size;
    }

    private static long count(long step, long size, long volume) {
        return volume <= size ? 1 : 1 + Math.ceilDiv(volume - size, step);
    }
}
