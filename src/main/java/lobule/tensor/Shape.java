package lobule.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Sizes of a tensor's axes, outermost first. Activations are (N, C, D, H, W) in 3D and (N, C, H, W) in 2D.
 *
 * @param sizes one size an axis, each at least 1; empty for a scalar
 */
public record Shape(List<Long> sizes) {
    public Shape {
        sizes = List.copyOf(sizes);
        for (long size : sizes) {
            if (size < 1) {
                throw new IllegalArgumentException("shape " + sizes + " has an axis of size " + size
                        + "; every axis needs at least 1");
            }
        }
    }

    public static Shape of(long... sizes) {
        List<Long> list = new ArrayList<>(sizes.length);
        for (long size : sizes) {
            list.add(size);
        }
        return new Shape(list);
    }

    public int rank() {
        return sizes.size();
    }

    public long size(int axis) {
        return sizes.get(axis);
    }

    /** Product of all sizes; throws ArithmeticException beyond 2^63. */
    public long elements() {
        return product(0, rank());
    }

    /** N of an activation. */
    public long batch() {
        return size(0);
    }

    /** C of an activation. */
    public long channels() {
        return size(1);
    }

    /** 3 for (N, C, D, H, W), 2 for (N, C, H, W). */
    public int spatialRank() {
        return rank() - 2;
    }

    /** Size of spatial axis {@code axis}, 0 being D in 3D and H in 2D. */
    public long spatial(int axis) {
        return size(2 + axis);
    }

    /** Voxels of one channel of one batch entry: D*H*W or H*W. */
    public long voxels() {
        return product(2, rank());
    }

    public Shape withBatch(long batch) {
        return with(0, batch);
    }

    public Shape withChannels(long channels) {
        return with(1, channels);
    }

    public Shape withSpatial(int axis, long size) {
        return with(2 + axis, size);
    }

    /** The same shape without axis {@code axis}. */
    public Shape without(int axis) {
        List<Long> list = new ArrayList<>(sizes);
        list.remove(axis);
        return new Shape(list);
    }

    private Shape with(int axis, long size) {
        List<Long> list = new ArrayList<>(sizes);
        list.set(axis, size);
        return new Shape(list);
    }

    private long product(int from, int to) {
        long product = 1;
        for (int axis = from; axis < to; axis++) {
            product = Math.multiplyExact(product, size(axis));
        }
        return product;
    }

    @Override
    public String toString() {
        return sizes.stream().map(String::valueOf).collect(Collectors.joining("x", "(", ")"));
    }
}
