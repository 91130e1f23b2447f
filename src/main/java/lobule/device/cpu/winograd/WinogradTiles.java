package lobule.device.cpu.winograd;

import lobule.device.Buffer;
import lobule.device.cpu.machine.Extents;
import lobule.tensor.Shape;

/**
 * How a convolution is cut for Winograd's algorithm: each cube that it writes comes from one, two voxels longer, that
 * it reads.
 *
 * @param read    cubes of what is read
 * @param written cubes of what is written
 */
record WinogradTiles(WinogradDomain domain, CubeGrid read, CubeGrid written) {

    /** @param padding zeros before and after what is read, along each axis */
    static WinogradTiles of(WinogradDomain domain, Shape from, Shape to, int padding) {
        CubeGrid written = CubeGrid.covering(Extents.of(to), domain);
        return new WinogradTiles(domain, written.over(Extents.of(from), domain.tile().span(), padding), written);
    }

    /** The same where only some of the channels are written. */
    WinogradTiles writing(int first, int channels) {
        return new WinogradTiles(domain, read, written.withChannels(first, channels));
    }

    long count() {
        return written.count();
    }

    /** Floats of the scratch lines, which begin a thread's scratch memory. */
    long lineFloats() {
        return CubeTransform.scratchFloats(domain.tile().span());
    }

    /** Scratch memory of one thread: the transforms' lines, then the larger of both cubes by itself. */
    long scratchBytes() {
        return Buffer.aligned((lineFloats() + Math.max(read.floats(), written.floats())) * Float.BYTES);
    }

    /** Blocks of this many tiles; the last may have fewer. */
    int blocks(int tiles) {
        return Math.toIntExact(Math.ceilDiv(count(), tiles));
    }
}
