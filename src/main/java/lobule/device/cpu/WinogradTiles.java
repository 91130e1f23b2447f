package lobule.device.cpu;

import lobule.tensor.Shape;

/**
 * How a convolution is cut for Winograd's algorithm: each 2x2x2 voxels that it writes come from 4x4x4 that it reads.
 *
 * @param read    cubes of what is read
 * @param written cubes of what is written
 */
record WinogradTiles(CubeGrid read, CubeGrid written) {

    /** @param padding zeros before and after what is read, along each axis */
    static WinogradTiles of(Shape from, Shape to, int padding) {
        Extents written = Extents.of(to);
        long deep = Math.ceilDiv(written.depth(), CubeGrid.STEP);
        long high = Math.ceilDiv(written.height(), CubeGrid.STEP);
        long wide = Math.ceilDiv(written.width(), CubeGrid.STEP);
        return new WinogradTiles(new CubeGrid(Extents.of(from), deep, high, wide, 4, padding),
                new CubeGrid(written, deep, high, wide, 2, 0));
    }

    long count() {
        return written.count();
    }

    /** Blocks of this many tiles; the last may have fewer. */
    int blocks(int tiles) {
        return Math.toIntExact(Math.ceilDiv(count(), tiles));
    }
}
