package lobule.device.cpu.voxels;

import lobule.device.cpu.machine.Extents;
import lobule.op.MaxPool;
import lobule.tensor.Shape;

/** The voxels of a pooling window in NDHWC memory, in (d, h, w) order; 8 in 3D, 4 in 2D. */
final class PoolWindow {
    private final Extents from;
    private final Extents to;
    private final boolean volumetric;
    private final long[] offsets;

    PoolWindow(Shape x, Shape y) {
        this.from = Extents.of(x);
        this.to = Extents.of(y);
        this.volumetric = x.spatialRank() == 3;
        this.offsets = new long[volumetric ? 8 : 4];
        for (int k = 0; k < offsets.length; k++) {
            offsets[k] = from.index(0, k >> 2, k >> 1 & 1, k & 1);
        }
    }

    /** Rows of the output along w, each a chunk of work. */
    int rows() {
        return to.rows();
    }

    long width() {
        return to.width();
    }

    int channels() {
        return to.channels();
    }

    /** Index of an output voxel: row r, place w. */
    long output(int row, long w) {
        return (row * to.width() + w) * to.channels();
    }

    /** Index of the first voxel of its window. */
    long input(int row, long w) {
        long h = row % to.height();
        long d = row / to.height() % to.depth();
        long n = row / to.height() / to.depth();
        return from.index(n, volumetric ? d * MaxPool.WINDOW : d, h * MaxPool.WINDOW, w * MaxPool.WINDOW);
    }

    int size() {
        return offsets.length;
    }

    /** Distance of the window's voxel {@code k} from its first. */
    long offset(int k) {
        return offsets[k];
    }

    /** Whether windows cover all of the input: no axis is odd. */
    boolean covers() {
        return to.voxels() * offsets.length == from.voxels();
    }
}
