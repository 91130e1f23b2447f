package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.stream.Stream;
import lobule.op.TransposedConvolution;
import lobule.op.TransposedConvolutionBackwardData;
import lobule.op.TransposedConvolutionBackwardWeights;
import lobule.tensor.DType;
import lobule.tensor.Layout;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link TransposedConvolution} and both its gradients. */
abstract class TransposedConvolutionSuite extends OpSuite {

    /** Shapes of one transposed convolution, with random operands that only depend on them. */
    record Case(Shape x, Shape weight) {
        Shape y() {
            Shape y = x.withChannels(weight.size(1));
            for (int axis = 0; axis < x.spatialRank(); axis++) {
                y = y.withSpatial(axis, x.spatial(axis) * weight.spatial(axis));
            }
            return y;
        }

        HostArray input() {
            return HostArray.random(activation(x), 1);
        }

        HostArray weights() {
            return HostArray.random(new TensorSpec(weight, DType.FLOAT32, Layout.ROW_MAJOR), 2);
        }

        HostArray outputGradient() {
            return HostArray.random(activation(y()), 4);
        }

        long terms() {
            return x.batch() * x.voxels();
        }
    }

    private static Case volume(long n, long ci, long co, long d, long h, long w) {
        return new Case(Shape.of(n, ci, d, h, w), Shape.of(ci, co, 2, 2, 2));
    }

    private static Case image(long n, long ci, long co, long h, long w) {
        return new Case(Shape.of(n, ci, h, w), Shape.of(ci, co, 2, 2));
    }

    static Stream<Case> small() {
        return Stream.of(volume(1, 1, 1, 1, 1, 1), volume(3, 2, 3, 1, 3, 2), volume(1, 5, 7, 3, 1, 5),
                volume(1, 8, 8, 3, 3, 3), volume(1, 17, 16, 1, 2, 3), new Case(Shape.of(2, 3, 3, 2, 4),
                        Shape.of(3, 2, 1, 2, 3)),
                new Case(Shape.of(2, 3, 3, 1, 3), Shape.of(3, 2, 1, 3, 3)),
                new Case(Shape.of(1, 2, 1, 3), Shape.of(2, 5, 3, 1)),
                image(1, 1, 1, 1, 3), image(3, 3, 2, 3, 5), image(1, 24, 33, 3, 1));
    }

    static Stream<Case> odd() {
        return Stream.of(volume(1, 8, 8, 13, 3, 13), volume(1, 16, 16, 3, 31, 1), volume(3, 33, 24, 1, 3, 5),
                volume(1, 64, 64, 3, 4, 5), volume(1, 7, 5, 5, 13, 33), volume(1, 2, 2, 1, 2, 519),
                new Case(Shape.of(1, 2, 3, 3), Shape.of(2, 1, 32, 31)),
                new Case(Shape.of(1, 1, 2, 2), Shape.of(1, 1, 33, 1)), image(1, 16, 16, 31, 33),
                image(3, 17, 17, 13, 3));
    }

    @Test
    void recordedValues() {
        HostArray x = HostArray.of(activation(1, 1, 1, 2), 3, 5);
        HostArray weight = HostArray.of(TensorSpec.rowMajor(1, 1, 2, 2), 1, 10, 100, 1000);
        HostArray dy = HostArray.of(activation(1, 1, 2, 4), 1, 2, 3, 4, 5, 6, 7, 8);
        assertArrayEquals(new double[] {3, 30, 5, 50, 300, 3000, 500, 5000},
                run(new TransposedConvolution(), x, weight).output().values());
        assertArrayEquals(new double[] {1 + 20 + 500 + 6000, 3 + 40 + 700 + 8000},
                run(new TransposedConvolutionBackwardData(), dy, weight).output().values());
        assertArrayEquals(new double[] {3 + 15, 6 + 20, 15 + 35, 18 + 40}, gradient(x, dy, weight, step()).values());
    }

    private HostArray gradient(HostArray x, HostArray dy, HostArray before, Step step) {
        return run(new TransposedConvolutionBackwardWeights(), List.of(x, dy), List.of(before), step).state(0);
    }

    @ParameterizedTest
    @MethodSource("small")
    void equalsItsDefinition(Case shapes) {
        HostArray x = shapes.input();
        HostArray weight = shapes.weights();
        HostArray dy = shapes.outputGradient();
        double[] y = new double[dy.values().length];
        double[] dx = new double[x.values().length];
        double[] dw = new double[weight.values().length];
        ProductTerms.transposedConvolution(shapes.x(), shapes.weight(), shapes.y(), (i, j, k) -> {
            y[k] += x.get(i) * weight.get(j);
            dx[i] += dy.get(k) * weight.get(j);
            dw[j] += dy.get(k) * x.get(i);
        });
        Tolerance.sum(shapes.x().channels()).check("y", HostArray.of(dy.spec(), y),
                run(new TransposedConvolution(), x, weight).output());
        Tolerance.sum(weight.values().length / shapes.x().channels()).check("dx", HostArray.of(x.spec(), dx),
                run(new TransposedConvolutionBackwardData(), dy, weight).output());
        Tolerance.sum(shapes.terms()).check("dweight", HostArray.of(weight.spec(), dw),
                gradient(x, dy, weight, step()));
    }

    @ParameterizedTest
    @MethodSource("odd")
    void equalsTheReference(Case shapes) {
        HostArray weight = shapes.weights();
        compare(Tolerance.sum(shapes.x().channels()), new TransposedConvolution(), List.of(shapes.input(), weight),
                List.of(), step());
        compare(Tolerance.sum(weight.values().length / shapes.x().channels()), new TransposedConvolutionBackwardData(),
                List.of(shapes.outputGradient(), weight), List.of(), step());
        compare(Tolerance.sum(shapes.terms()), new TransposedConvolutionBackwardWeights(),
                List.of(shapes.input(), shapes.outputGradient()), List.of(weight), step());
    }

    /** The concatenation's channels stay; the result and the gradients are those of a tensor of its own. */
    @ParameterizedTest
    @MethodSource("small")
    void theResultGoesBehindAConcatenation(Case shapes) {
        HostArray weight = shapes.weights();
        HostArray y = run(new TransposedConvolution(), shapes.input(), weight).output();
        HostArray dy = shapes.outputGradient();
        HostArray dx = run(new TransposedConvolutionBackwardData(), dy, weight).output();
        HostArray dweight = gradient(shapes.input(), dy, weight, accumulating());
        for (int skipChannels : new int[] {1, 3, 8}) {
            HostArray skip = HostArray.random(activation(shapes.y().withChannels(skipChannels)), 5);
            HostArray result = run(new TransposedConvolution(true), shapes.input(), weight,
                    concatenated(skip, HostArray.filled(y.spec(), 0))).output();
            Tolerance.sum(shapes.x().channels()).check("y", concatenated(skip, y), result);
            assertArrayEquals(skip.values(), first(result, skipChannels).values());
            HostArray behind = concatenated(HostArray.filled(skip.spec(), Double.NaN), dy);
            Tolerance.sum(weight.values().length / shapes.x().channels()).check("dx", dx,
                    run(new TransposedConvolutionBackwardData(), behind, weight).output());
            Tolerance.sum(shapes.terms()).check("dweight", dweight,
                    gradient(shapes.input(), behind, weight, accumulating()));
        }
    }

    @ParameterizedTest
    @MethodSource("odd")
    void behindAConcatenationEqualsTheReference(Case shapes) {
        HostArray weight = shapes.weights();
        HostArray concatenation = HostArray.random(activation(shapes.y().withChannels(shapes.y().channels() + 5)), 5);
        compare(Tolerance.sum(shapes.x().channels()), new TransposedConvolution(true),
                List.of(shapes.input(), weight, concatenation), List.of(), step());
        compare(Tolerance.sum(weight.values().length / shapes.x().channels()), new TransposedConvolutionBackwardData(),
                List.of(concatenation, weight), List.of(), step());
        compare(Tolerance.sum(shapes.terms()), new TransposedConvolutionBackwardWeights(),
                List.of(shapes.input(), concatenation), List.of(weight), step());
    }

    /** The channels of {@code first}, then those of {@code second}. */
    private static HostArray concatenated(HostArray first, HostArray second) {
        long front = first.spec().shape().channels();
        Shape shape = first.spec().shape().withChannels(front + second.spec().shape().channels());
        return HostArray.generated(activation(shape), i -> {
            long voxel = i % shape.voxels();
            long c = i / shape.voxels() % shape.channels();
            long n = i / shape.voxels() / shape.channels();
            HostArray from = c < front ? first : second;
            long row = n * from.spec().shape().channels() + (c < front ? c : c - front);
            return from.get(Math.toIntExact(row * shape.voxels() + voxel));
        });
    }

    /** The first {@code channels} of x. */
    private static HostArray first(HostArray x, int channels) {
        Shape shape = x.spec().shape().withChannels(channels);
        return HostArray.generated(activation(shape), i -> {
            long row = i / shape.voxels() / channels * x.spec().shape().channels() + i / shape.voxels() % channels;
            return x.get(Math.toIntExact(row * shape.voxels() + i % shape.voxels()));
        });
    }

    @Test
    void gradientsAccumulate() {
        Case shapes = volume(2, 3, 5, 2, 3, 4);
        HostArray before = shapes.weights();
        compare(Tolerance.sum(shapes.terms()), new TransposedConvolutionBackwardWeights(),
                List.of(shapes.input(), shapes.outputGradient()), List.of(before), accumulating());
        HostArray zero = HostArray.filled(activation(shapes.y()), 0);
        assertArrayEquals(before.values(), gradient(shapes.input(), zero, before, accumulating()).values());
        HostArray nan = HostArray.filled(before.spec(), Double.NaN);
        assertArrayEquals(new double[nan.values().length], gradient(shapes.input(), zero, nan, step()).values());
    }

    @Test
    void gradientsAreSlopes() {
        for (Case shapes : List.of(volume(2, 2, 3, 1, 2, 3), image(1, 3, 2, 3, 2))) {
            HostArray x = shapes.input();
            HostArray weight = shapes.weights();
            HostArray dy = shapes.outputGradient();
            FiniteDifferences.verify("dx", run(new TransposedConvolutionBackwardData(), dy, weight).output(), x, 0.5,
                    changed -> dot(dy, runOnReference(new TransposedConvolution(), changed, weight).output()));
            FiniteDifferences.verify("dweight", gradient(x, dy, weight, step()), weight, 0.5,
                    changed -> dot(dy, runOnReference(new TransposedConvolution(), x, changed).output()));
        }
    }
}
