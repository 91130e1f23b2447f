package lobule.device.cpu;

import lobule.op.CropConcatenate;
import lobule.op.MaxPool;
import lobule.tensor.Shape;

/**
 * Where the voxels of an encoder level are, NDHWC: in x, by pooling window, and in the concatenation, whose first
 * channels are the centre of x.
 */
final class EncoderVoxels {
    private final Extents x;
    private final Extents pooled;
    private final Extents joined;
    private final int depthWindow;
    private final long depthStart;
    private final long heightStart;
    private final long widthStart;

    EncoderVoxels(Shape xShape, Shape pooledShape, Shape joinedShape) {
        this.x = Extents.of(xShape);
        this.pooled = Extents.of(pooledShape);
        this.joined = Extents.of(joinedShape);
        this.depthWindow = xShape.spatialRank() == 3 ? MaxPool.WINDOW : 1;
        this.depthStart = CropConcatenate.start(x.depth(), joined.depth());
        this.heightStart = CropConcatenate.start(x.height(), joined.height());
        this.widthStart = CropConcatenate.start(x.width(), joined.width());
    }

    int channels() {
        return x.channels();
    }

    Extents x() {
        return x;
    }

    Extents pooled() {
        return pooled;
    }

    Extents joined() {
        return joined;
    }

    /** Voxels of a window: 8 in 3D, 4 in 2D, in (d, h, w) order. */
    int windowSize() {
        return depthWindow * MaxPool.WINDOW * MaxPool.WINDOW;
    }

    /** First depth of the windows of a pooled row. */
    long depth(int pooledRow) {
        return pooledRow / pooled.height() % pooled.depth() * depthWindow;
    }

    /** First height of the windows of a pooled row. */
    long height(int pooledRow) {
        return pooledRow % pooled.height() * MaxPool.WINDOW;
    }

    long batch(int pooledRow) {
        return pooledRow / pooled.height() / pooled.depth();
    }

    /** Distance in x of a window's voxel {@code k} from its first. */
    long offset(int k) {
        return ((long) (k >> 2) * x.height() * x.width() + (k >> 1 & 1) * x.width() + (k & 1)) * x.channels();
    }

    /** Index in the concatenation of the voxel at (d, h, w) of x, or -1 where it was cropped away. */
    long joined(long n, long d, long h, long w) {
        long depth = d - depthStart;
        long height = h - heightStart;
        long width = w - widthStart;
        boolean inside = depth >= 0 && depth < joined.depth() && height >= 0 && height < joined.height() && width >= 0
                && width < joined.width();
        return inside ? joined.index(n, depth, height, width) : -1;
    }

    /** Index in x of the voxel that a row of the concatenation starts with. */
    long cropped(int joinedRow) {
        long h = joinedRow % joined.height();
        long d = joinedRow / joined.height() % joined.depth();
        long n = joinedRow / joined.height() / joined.depth();
        return x.index(n, d + depthStart, h + heightStart, widthStart);
    }

    /** Whether the voxel at (d, h, w) of x is in a pooling window; an odd last slice is not. */
    boolean pooled(long d, long h, long w) {
        return d < pooled.depth() * depthWindow && h < pooled.height() * MaxPool.WINDOW
                && w < pooled.width() * MaxPool.WINDOW;
    }

    /** Whether all voxels are in windows: no axis is odd. */
    boolean allPooled() {
        return pooled.voxels() * windowSize() == x.voxels();
    }
}
