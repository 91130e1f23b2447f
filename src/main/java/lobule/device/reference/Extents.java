package lobule.device.reference;

import lobule.tensor.Shape;

/** Sizes of an NCDHW tensor. A 2D tensor (N, C, H, W) has d = 1, and so has its kernel, so that 2D is 3D. */
record Extents(long n, long c, long d, long h, long w) {

    public static Extents of(Shape shape) {
        int last = shape.rank() - 1;
        return new Extents(shape.batch(), shape.channels(), shape.spatialRank() == 3 ? shape.spatial(0) : 1,
                shape.size(last - 1), shape.size(last));
    }

    /** Row-major index of an element. */
    public long index(long n, long c, long d, long h, long w) {
        return (((n * this.c + c) * this.d + d) * this.h + h) * w() + w;
    }

    /** Index of a voxel over (N, D, H, W), whatever its channel. */
    long voxel(long n, long d, long h, long w) {
        return ((n * this.d + d) * this.h + h) * w() + w;
    }

    /** Index of an element's voxel over (N, D, H, W), from the element's own. */
    long voxel(long index) {
        return index / voxels() / c * voxels() + index % voxels();
    }

    /** Voxels of one channel of one member of the batch. */
    public long voxels() {
        return d * h * w;
    }

    /** Rows along W over (N, D, H), whatever their channel. */
    public long rows() {
        return n * d * h;
    }

    /** The {@code index}-th of {@link #rows}. */
    Row row(long index) {
        return new Row(index / (d * h), index / h % d, index % h);
    }

    /** Length of a row. */
    int width() {
        return Math.toIntExact(w);
    }

    int channels() {
        return Math.toIntExact(c);
    }

    /** Values of one channel in the whole batch. */
    long valuesPerChannel() {
        return n * voxels();
    }

    /** Where a row along W is. */
    record Row(long n, long d, long h) {}
}
