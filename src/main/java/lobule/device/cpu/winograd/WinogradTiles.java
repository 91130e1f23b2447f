package lobule.device.cpu.winograd;

import lobule.device.Buffer;
import lobule.device.cpu.machine.Extents;
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
        CubeGrid written = CubeGrid.covering(Extents.of(to));
        return new WinogradTiles(new CubeGrid(Extents.of(from), written.deep(), written.high(), written.wide(), 4,
                padding), written);
    }

    long count() {
        return written.count();
    }

    /** Scratch memory of one thread: the transforms' lines, then the larger of both cubes by itself. */
    long scratchBytes() {
        return Buffer.aligned(
                (WinogradTransform.LINE_FLOATS + Math.max(read.floats(), written.floats())) * Float.BYTES);
    }

    /** Blocks of this many tiles; the last may have fewer. */
    int blocks(int tiles) {
        return Math.toIntExact(Math.ceilDiv(count(), tiles));
    }
}
