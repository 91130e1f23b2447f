package lobule.device.cpu.machine;

import lobule.tensor.Shape;

/** Sizes of an activation in memory, NDHWC; a 2D one has D = 1. */
public record Extents(long batch, long depth, long height, long width, int channels) {

    public static Extents of(Shape shape) {
        boolean volumetric = shape.spatialRank() == 3;
        return new Extents(shape.batch(), volumetric ? shape.spatial(0) : 1, shape.spatial(volumetric ? 1 : 0),
                shape.spatial(volumetric ? 2 : 1), Math.toIntExact(shape.channels()));
    }

    /** Index of the first channel of a voxel. */
    public long index(long n, long d, long h, long w) {
        return (((n * depth + d) * height + h) * width + w) * channels;
    }

    public long voxels() {
        return batch * depth * height * width;
    }

    /** Rows along w. */
    public int rows() {
        return Math.toIntExact(batch * depth * height);
    }
}
