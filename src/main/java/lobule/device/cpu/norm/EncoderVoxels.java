package lobule.device.cpu.norm;

import lobule.device.cpu.machine.Extents;
import lobule.op.CropConcatenate;
import lobule.op.MaxPool;
import lobule.tensor.Shape;

/**
 * Where the voxels of an encoder level are, NDHWC: in x, by pooling window, and in the concatenation, whose first
 * channels are the centre of x. A layer is one pooling window deep and high and as wide as x: 2 x 2 rows in 3D, 2 in
 * 2D, fewer at an odd end.
 */
final class EncoderVoxels {
    private final Extents x;
    private final Extents pooled;
    private final Extents joined;
    private final int depthWindow;
    private final long layersDeep;
    private final long layersHigh;
    private final long depthStart;
    private final long heightStart;
    private final long widthStart;
    private final long[] offsets;
    private final long[] layerOffsets;

    EncoderVoxels(Shape xShape, Shape pooledShape, Shape joinedShape) {
        this.x = Extents.of(xShape);
        this.pooled = Extents.of(pooledShape);
        this.joined = Extents.of(joinedShape);
        this.depthWindow = xShape.spatialRank() == 3 ? MaxPool.WINDOW : 1;
        this.layersDeep = Math.ceilDiv(x.depth(), depthWindow);
        this.layersHigh = Math.ceilDiv(x.height(), MaxPool.WINDOW);
        this.depthStart = CropConcatenate.start(x.depth(), joined.depth());
        this.heightStart = CropConcatenate.start(x.height(), joined.height());
        this.widthStart = CropConcatenate.start(x.width(), joined.width());
        this.offsets = new long[depthWindow * MaxPool.WINDOW * MaxPool.WINDOW];
        this.layerOffsets = new long[offsets.length];
        for (int k = 0; k < offsets.length; k++) {
            offsets[k] = x.index(0, k >> 2, k >> 1 & 1, k & 1);
            layerOffsets[k] = (k >> 1) * rowElements() + (long) (k & 1) * x.channels();
        }
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
        return offsets.length;
    }

    /** Distance in x of a window's voxel {@code k} from its first. */
    long offset(int k) {
        return offsets[k];
    }

    /** The same in a layer, whose rows follow each other. */
    long layerOffset(int k) {
        return layerOffsets[k];
    }

    /** Index in x of the windows of a row of the pooled tensor. */
    long windows(int row) {
        long h = row % pooled.height();
        long d = row / pooled.height() % pooled.depth();
        return x.index(row / pooled.height() / pooled.depth(), d * depthWindow, h * MaxPool.WINDOW, 0);
    }

    /** Index in x of the voxel that a row of the concatenation starts with. */
    long cropped(int row) {
        long h = row % joined.height();
        long d = row / joined.height() % joined.depth();
        return x.index(row / joined.height() / joined.depth(), d + depthStart, h + heightStart, widthStart);
    }

    int layers() {
        return Math.toIntExact(x.batch() * layersDeep * layersHigh);
    }

    long rowElements() {
        return x.width() * x.channels();
    }

    /** Of a whole layer. */
    long layerElements() {
        return (long) depthWindow * MaxPool.WINDOW * rowElements();
    }

    private long batch(int layer) {
        return layer / layersHigh / layersDeep;
    }

    private long depth(int layer) {
        return layer / layersHigh % layersDeep * depthWindow;
    }

    private long height(int layer) {
        return layer % layersHigh * MaxPool.WINDOW;
    }

    /** Rows of a layer: at an odd end those of one window do not all exist. */
    int layerRows(int layer) {
        return Math.toIntExact(rowsHigh(layer) * Math.min(depthWindow, x.depth() - depth(layer)));
    }

    private long rowsHigh(int layer) {
        return Math.min(MaxPool.WINDOW, x.height() - height(layer));
    }

    /** Index in x of a row of a layer. */
    long row(int layer, int row) {
        return x.index(batch(layer), depth(layer) + row / rowsHigh(layer), height(layer) + row % rowsHigh(layer), 0);
    }

    /** Index in the pooled tensor of the row that a layer's windows make, or -1 at an odd end. */
    long pooledRow(int layer) {
        long d = depth(layer) / depthWindow;
        long h = height(layer) / MaxPool.WINDOW;
        return d < pooled.depth() && h < pooled.height() ? pooled.index(batch(layer), d, h, 0) : -1;
    }

    /** Index in the concatenation of the row that a layer's row is in, or -1 where that was cropped away. */
    long joinedRow(int layer, int row) {
        long d = depth(layer) + row / rowsHigh(layer) - depthStart;
        long h = height(layer) + row % rowsHigh(layer) - heightStart;
        boolean inside = d >= 0 && d < joined.depth() && h >= 0 && h < joined.height();
        return inside ? joined.index(batch(layer), d, h, 0) : -1;
    }

    /** Place of a row of x at which the crop begins. */
    long cropStart() {
        return widthStart;
    }
}
