package lobule.device.reference;

import lobule.op.MaxPool;
import lobule.tensor.Shape;

/** A max-pool window: 2 x 2 x 2 voxels of x, or 1 x 2 x 2 in 2D, walked in (d, h, w) order. */
record PoolWindow(HostTensor x, long depth) {

    static PoolWindow of(HostTensor x, Shape shape) {
        return new PoolWindow(x, shape.spatialRank() == 3 ? MaxPool.WINDOW : 1);
    }

    /** Index into x of the largest voxel in the window of output voxel (d, h, w): the first on ties, or a NaN. */
    long largest(long n, long c, long d, long h, long w) {
        long best = x.extents().index(n, c, d * depth, h * MaxPool.WINDOW, w * MaxPool.WINDOW);
        for (long kd = 0; kd < depth; kd++) {
            for (long kh = 0; kh < MaxPool.WINDOW; kh++) {
                for (long kw = 0; kw < MaxPool.WINDOW; kw++) {
                    long index = x.extents().index(n, c, d * depth + kd, h * MaxPool.WINDOW + kh,
                            w * MaxPool.WINDOW + kw);
                    if (x.get(index) > x.get(best) || Float.isNaN(x.get(index))) {
                        best = index;
                    }
                }
            }
        }
        return best;
    }
}
