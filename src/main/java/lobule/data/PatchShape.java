package lobule.data;

import lobule.file.InputException;

/**
 * The size of what a network sees and says at a time, in tensor order.
 *
 * @param rank    2: an axial slice, depth 1 and no padding across slices; 3: a block
 * @param depth   output voxels along z
 * @param height  output voxels along y
 * @param width   output voxels along x
 * @param padding voxels of border on each padded side that the network sees beyond its output
 */
public record PatchShape(int rank, int depth, int height, int width, int padding) {

    public PatchShape {
        if (rank != 2 && rank != 3 || rank == 2 && depth != 1) {
            throw new InputException("A patch is a 3D block or a 2D slice of depth 1 but got rank " + rank
                    + " and depth " + depth + ".");
        }
        if (depth < 1 || height < 1 || width < 1 || padding < 0) {
            throw new InputException("A patch needs at least one voxel along each axis and no negative padding but got "
                    + depth + "x" + height + "x" + width + " and " + padding + ".");
        }
    }

    /** An axial slice, padded in its plane. */
    public static PatchShape slice(int height, int width, int padding) {
        return new PatchShape(2, 1, height, width, padding);
    }

    /** A block, padded on all six sides. */
    public static PatchShape block(int depth, int height, int width, int padding) {
        return new PatchShape(3, depth, height, width, padding);
    }

    /** The border before the first and after the last slice. */
    public int paddingAcross() {
        return rank == 3 ? padding : 0;
    }

    public int inputDepth() {
        return depth + 2 * paddingAcross();
    }

    public int inputHeight() {
        return height + 2 * padding;
    }

    public int inputWidth() {
        return width + 2 * padding;
    }

    public long inputVoxels() {
        return Math.multiplyExact(Math.multiplyExact((long) inputDepth(), inputHeight()), inputWidth());
    }

    public long outputVoxels() {
        return Math.multiplyExact(Math.multiplyExact((long) depth, height), width);
    }

    /** The same output without its border. */
    public PatchShape withoutPadding() {
        return new PatchShape(rank, depth, height, width, 0);
    }

    /** Output size as users write it: 60x60x52, or 60x60 for a slice. */
    @Override
    public String toString() {
        return (rank == 3 ? depth + "x" : "") + height + "x" + width;
    }
}
