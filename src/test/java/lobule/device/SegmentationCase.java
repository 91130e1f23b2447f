package lobule.device;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import lobule.tensor.DType;
import lobule.tensor.Layout;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/** Logits and target of a segmentation in a test. */
record SegmentationCase(HostArray logits, HostArray target) {
    static final int IGNORE = 255;

    /** Random logits and labels, a fifth of them ignored. */
    static SegmentationCase random(Shape shape, long seed) {
        Random random = new Random(seed);
        HostArray target = HostArray.generated(targetSpec(shape),
                _ -> random.nextInt(5) == 0 ? IGNORE : random.nextInt(Math.toIntExact(shape.channels())));
        return new SegmentationCase(HostArray.random(TensorSpec.activation(shape), seed), target);
    }

    /** The same shape with one label everywhere. */
    SegmentationCase labelled(int label) {
        return new SegmentationCase(logits, HostArray.filled(target.spec(), label));
    }

    SegmentationCase scaled(double factor) {
        return new SegmentationCase(logits.map(value -> value * factor), target);
    }

    static TensorSpec targetSpec(Shape shape) {
        return new TensorSpec(shape.without(1), DType.UINT8, Layout.ROW_MAJOR);
    }

    static Stream<Shape> shapes() {
        return Stream.of(Shape.of(1, 2, 1, 1, 1), Shape.of(1, 2, 3, 13, 31), Shape.of(3, 2, 1, 3, 5),
                Shape.of(1, 3, 5, 3, 33), Shape.of(1, 5, 13, 13, 3), Shape.of(1, 8, 3, 3, 3), Shape.of(1, 17, 2, 3, 5),
                Shape.of(1, 2, 33, 31), Shape.of(3, 7, 13, 3), Shape.of(1, 2, 3, 1), Shape.of(2, 33, 3, 5));
    }

    int voxels() {
        return target.values().length;
    }

    int classes() {
        return Math.toIntExact(logits.spec().shape().channels());
    }

    boolean counted(int voxel) {
        return target.get(voxel) != IGNORE;
    }

    int label(int voxel) {
        return (int) target.get(voxel);
    }

    /** Index of a logit; voxels are counted over (N, D, H, W). */
    int index(int voxel, int c) {
        int perBatchEntry = Math.toIntExact(logits.spec().shape().voxels());
        return (voxel / perBatchEntry * classes() + c) * perBatchEntry + voxel % perBatchEntry;
    }

    /** Softmax probability by its definition, in double. */
    double probability(int voxel, int c) {
        return Math.exp(logProbability(voxel, c));
    }

    double logProbability(int voxel, int c) {
        double[] z = new double[classes()];
        Arrays.setAll(z, k -> logits.get(index(voxel, k)));
        double largest = Arrays.stream(z).max().orElseThrow();
        return z[c] - largest - Math.log(Arrays.stream(z).map(value -> Math.exp(value - largest)).sum());
    }
}
