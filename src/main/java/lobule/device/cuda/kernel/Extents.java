package lobule.device.cuda.kernel;

import lobule.tensor.Shape;

/** Spatial sizes of an activation or filter; in 2D the depth is 1. */
public record Extents(long depth, long height, long width) {

    public static Extents of(Shape shape) {
        int rank = shape.spatialRank();
        return new Extents(rank == 3 ? shape.spatial(0) : 1, shape.spatial(rank - 2), shape.spatial(rank - 1));
    }

    public long plane() {
        return height * width;
    }

    public long voxels() {
        return depth * plane();
    }
}
