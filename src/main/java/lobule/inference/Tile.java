package lobule.inference;

import lobule.data.Patch;

/**
 * A place for the network to look at, and what is taken of its output: the voxels from the patch's origin on.
 *
 * @param depth  voxels taken along z
 * @param height voxels taken along y
 * @param width  voxels taken along x
 */
record Tile(Patch patch, long depth, long height, long width) {

    long voxels() {
        return depth * height * width;
    }
}
