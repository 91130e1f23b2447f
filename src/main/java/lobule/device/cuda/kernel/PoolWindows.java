package lobule.device.cuda.kernel;

import lobule.op.MaxPool;
import lobule.tensor.Shape;

/**
 * The max-pool windows of an activation as rows, each a plane of windows, cut into chunks of one block. Windows that an
 * odd last slice, row or column begins are counted: their voxels have gradients too.
 *
 * @param depth  of a window: 1 in 2D, where the kernels see a tensor's depth of 1
 * @param rows   planes of windows of all samples and channels
 * @param chunks of a row
 */
public record PoolWindows(long depth, long rows, long chunks) {

    public static PoolWindows of(Shape x) {
        Extents extents = Extents.of(x);
        long depth = x.spatialRank() == 3 ? MaxPool.WINDOW : 1;
        return new PoolWindows(depth, x.batch() * x.channels() * Math.ceilDiv(extents.depth(), depth),
                Kernels.chunks(Math.ceilDiv(extents.height(), MaxPool.WINDOW)
                        * Math.ceilDiv(extents.width(), MaxPool.WINDOW)));
    }

    public long blocks() {
        return rows * chunks;
    }
}
