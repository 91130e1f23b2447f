package lobule.device.reference;

import java.util.function.LongToDoubleFunction;
import lobule.op.MaxPool;
import lobule.tensor.Shape;

/** A max-pool window: 2 x 2 x 2 voxels of x, or 1 x 2 x 2 in 2D, walked in (d, h, w) order. */
record PoolWindow(Extents extents, long depth) {

    /** The windows of a tensor of this shape. */
    static PoolWindow of(Shape x) {
        return new PoolWindow(Extents.of(x), x.spatialRank() == 3 ? MaxPool.WINDOW : 1);
    }

    /**
     * Index of the largest voxel in the window of output voxel (d, h, w): the first on ties, or a NaN.
     *
     * @param value of the voxel at an index
     */
    long largest(long n, long c, long d, long h, long w, LongToDoubleFunction value) {
        long best = extents.index(n, c, d * depth, h * MaxPool.WINDOW, w * MaxPool.WINDOW);
        for (long kd = 0; kd < depth; kd++) {
            for (long kh = 0; kh < MaxPool.WINDOW; kh++) {
                for (long kw = 0; kw < MaxPool.WINDOW; kw++) {
                    long index = extents.index(n, c, d * depth + kd, h * MaxPool.WINDOW + kh,
                            w * MaxPool.WINDOW + kw);
                    double candidate = value.applyAsDouble(index);
                    if (candidate > value.applyAsDouble(best) || Double.isNaN(candidate)) {
                        best = index;
                    }
                }
            }
        }
        return best;
    }
}
