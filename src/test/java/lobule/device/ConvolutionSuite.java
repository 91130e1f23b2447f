package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.List;
import java.util.stream.Stream;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardData;
import lobule.op.ConvolutionBackwardWeights;
import lobule.tensor.DType;
import lobule.tensor.Layout;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link Convolution} and both its gradients. */
abstract class ConvolutionSuite extends OpSuite {

    /** Shapes of one convolution, with random operands that only depend on them. */
    record Case(Shape x, Shape weight) {
        Shape y() {
            Shape y = x.withChannels(weight.size(0));
            for (int axis = 0; axis < x.spatialRank(); axis++) {
                y = y.withSpatial(axis, x.spatial(axis) - weight.spatial(axis) + 1);
            }
            return y;
        }

        /** Terms of a value of y. */
        long taps() {
            return weight.elements() / weight.size(0);
        }

        /** Terms of a value of dx. */
        long backwardTaps() {
            return weight.elements() / weight.size(1);
        }

        TensorSpec weightSpec() {
            return new TensorSpec(weight, DType.FLOAT32, Layout.ROW_MAJOR);
        }

        HostArray input() {
            return HostArray.random(activation(x), 1);
        }

        HostArray weights() {
            return HostArray.random(weightSpec(), 2);
        }

        HostArray bias() {
            return HostArray.random(TensorSpec.rowMajor(weight.size(0)), 3);
        }

        HostArray outputGradient() {
            return HostArray.random(activation(y()), 4);
        }
    }

    private static Case volume(long n, long ci, long co, long d, long h, long w, long kernel) {
        return new Case(Shape.of(n, ci, d, h, w), Shape.of(co, ci, kernel, kernel, kernel));
    }

    private static Case image(long n, long ci, long co, long h, long w, long kernel) {
        return new Case(Shape.of(n, ci, h, w), Shape.of(co, ci, kernel, kernel));
    }

    static Stream<Case> small() {
        return Stream.of(volume(1, 1, 1, 3, 3, 3, 3), volume(3, 2, 3, 5, 4, 7, 3), volume(1, 5, 7, 3, 5, 4, 3),
                volume(1, 8, 8, 4, 4, 4, 3), volume(1, 17, 5, 3, 3, 5, 3), volume(2, 16, 3, 1, 3, 5, 1),
                new Case(Shape.of(2, 3, 4, 5, 6), Shape.of(2, 3, 1, 2, 3)),
                image(1, 1, 1, 3, 3, 3), image(3, 3, 2, 13, 5, 3), image(1, 33, 2, 3, 5, 3), image(2, 7, 24, 5, 3, 1));
    }

    /** With whole vectors of channels: one block of a few voxels, odd ends, more samples, several blocks. */
    static Stream<Case> vectors() {
        return Stream.of(volume(1, 16, 16, 3, 3, 3, 3), volume(1, 16, 32, 3, 4, 5, 3), volume(2, 32, 16, 5, 6, 3, 3),
                volume(1, 16, 48, 4, 4, 4, 3), volume(3, 16, 16, 7, 5, 9, 3), volume(1, 32, 32, 11, 4, 13, 3),
                volume(1, 96, 16, 8, 8, 12, 3));
    }

    static Stream<Case> odd() {
        return Stream.of(volume(1, 1, 8, 13, 13, 13, 3), volume(1, 8, 16, 31, 3, 13, 3), volume(3, 16, 16, 5, 13, 3, 3),
                volume(1, 24, 33, 3, 3, 31, 3), volume(1, 33, 17, 13, 3, 3, 3), volume(1, 3, 5, 33, 13, 5, 3),
                volume(1, 32, 64, 6, 7, 5, 3), volume(1, 64, 16, 5, 5, 5, 3), volume(1, 7, 2, 31, 33, 13, 1),
                volume(1, 16, 2, 13, 13, 13, 1), volume(3, 33, 1, 1, 1, 1, 1),
                image(1, 1, 8, 33, 31, 3), image(1, 16, 24, 31, 13, 3), image(3, 17, 33, 13, 3, 3),
                image(1, 5, 2, 33, 33, 1), image(1, 32, 32, 13, 31, 3));
    }

    @Test
    void recordedImage() {
        HostArray x = HostArray.of(activation(1, 1, 3, 4), 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
        HostArray weight = HostArray.of(TensorSpec.rowMajor(1, 1, 2, 2), 1, 10, 100, 1000);
        HostArray bias = HostArray.of(TensorSpec.rowMajor(1), 0.5);
        assertArrayEquals(new double[] {6521.5, 7632.5, 8743.5, 10965.5, 12076.5, 13187.5},
                run(new Convolution(true), x, weight, bias).output().values());
    }

    @Test
    void recordedGradients() {
        HostArray x = HostArray.of(activation(1, 1, 2, 3), 1, 2, 3, 4, 5, 6);
        HostArray weight = HostArray.of(TensorSpec.rowMajor(1, 1, 1, 2), 2, 3);
        HostArray dy = HostArray.of(activation(1, 1, 2, 2), 1, 10, 100, 1000);
        assertArrayEquals(new double[] {2, 23, 30, 200, 2300, 3000},
                run(new ConvolutionBackwardData(), dy, weight).output().values());
        List<HostArray> gradients = gradients(new ConvolutionBackwardWeights(true), x, dy,
                List.of(HostArray.filled(weight.spec(), 0), HostArray.filled(TensorSpec.rowMajor(1), 0)), step());
        assertArrayEquals(new double[] {1 + 20 + 400 + 5000, 2 + 30 + 500 + 6000}, gradients.get(0).values());
        assertArrayEquals(new double[] {1111}, gradients.get(1).values());
    }

    private List<HostArray> gradients(ConvolutionBackwardWeights op, HostArray x, HostArray dy, List<HostArray> states,
                                      Step step) {
        return run(op, List.of(x, dy), states, step).states();
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
        ProductTerms.convolution(shapes.x(), shapes.weight(), shapes.y(), (i, j, k) -> {
            y[k] += x.get(i) * weight.get(j);
            dx[i] += dy.get(k) * weight.get(j);
            dw[j] += dy.get(k) * x.get(i);
        });
        Tolerance.sum(shapes.taps()).check("y", HostArray.of(dy.spec(), y),
                run(new Convolution(false), x, weight).output());
        Tolerance.sum(shapes.taps() * dy.spec().shape().channels()).check("dx", HostArray.of(x.spec(), dx),
                run(new ConvolutionBackwardData(), dy, weight).output());
        Tolerance.sum(shapes.y().batch() * shapes.y().voxels()).check("dweight", HostArray.of(weight.spec(), dw),
                gradients(new ConvolutionBackwardWeights(false), x, dy,
                        List.of(HostArray.filled(weight.spec(), 7)), step()).getFirst());
    }

    @ParameterizedTest
    @MethodSource("odd")
    void equalsTheReference(Case shapes) {
        HostArray x = shapes.input();
        HostArray dy = shapes.outputGradient();
        compare(Tolerance.sum(shapes.taps()), new Convolution(true),
                List.of(x, shapes.weights(), shapes.bias()), List.of(), step());
        compare(Tolerance.sum(shapes.backwardTaps()), new ConvolutionBackwardData(),
                List.of(dy, shapes.weights()), List.of(), step());
        compare(Tolerance.sum(shapes.y().batch() * shapes.y().voxels()), new ConvolutionBackwardWeights(true),
                List.of(x, dy), List.of(shapes.weights(), shapes.bias()), step());
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectorsEqualTheReference(Case shapes) {
        HostArray x = shapes.input();
        HostArray dy = shapes.outputGradient();
        compare(Tolerance.sum(shapes.taps()), new Convolution(false), List.of(x, shapes.weights()), List.of(), step());
        compare(Tolerance.sum(shapes.backwardTaps()), new ConvolutionBackwardData(),
                List.of(dy, shapes.weights()), List.of(), step());
        Tolerance voxels = Tolerance.sum(64 + shapes.y().batch() * shapes.y().voxels());
        for (Step step : List.of(step(), accumulating())) {
            compare(voxels, new ConvolutionBackwardWeights(false), List.of(x, dy), List.of(shapes.weights()), step);
        }
    }

    @Test
    void gradientsAccumulate() {
        Case shapes = volume(2, 3, 5, 5, 3, 4, 3);
        List<HostArray> before = List.of(shapes.weights(), shapes.bias());
        compare(Tolerance.sum(shapes.y().batch() * shapes.y().voxels()), new ConvolutionBackwardWeights(true),
                List.of(shapes.input(), shapes.outputGradient()), before, accumulating());
        List<HostArray> zeroGradient = gradients(new ConvolutionBackwardWeights(true), shapes.input(),
                HostArray.filled(activation(shapes.y()), 0), before, accumulating());
        assertArrayEquals(before.get(0).values(), zeroGradient.get(0).values());
        assertArrayEquals(before.get(1).values(), zeroGradient.get(1).values());
    }

    @Test
    void gradientsOverwriteWhatAnEarlierStepLeft() {
        Case shapes = image(1, 3, 5, 5, 4, 3);
        HostArray nan = HostArray.filled(shapes.weightSpec(), Double.NaN);
        HostArray zero = HostArray.filled(activation(shapes.y()), 0);
        assertArrayEquals(new double[nan.values().length], gradients(new ConvolutionBackwardWeights(false),
                shapes.input(), zero, List.of(nan), step()).getFirst().values());
    }

    static Stream<Case> differentiated() {
        return Stream.of(volume(2, 2, 3, 3, 4, 5, 3), image(1, 3, 2, 5, 4, 3), volume(1, 3, 2, 2, 2, 3, 1));
    }

    @ParameterizedTest
    @MethodSource("differentiated")
    void gradientsAreSlopes(Case shapes) {
        HostArray x = shapes.input();
        HostArray weight = shapes.weights();
        HostArray dy = shapes.outputGradient();
        FiniteDifferences.verify("dx", run(new ConvolutionBackwardData(), dy, weight).output(), x, 0.5,
                changed -> dot(dy, runOnReference(new Convolution(false), changed, weight).output()));
        List<HostArray> gradients = gradients(new ConvolutionBackwardWeights(true), x, dy,
                List.of(weight, shapes.bias()), step());
        FiniteDifferences.verify("dweight", gradients.get(0), weight, 0.5,
                changed -> dot(dy, runOnReference(new Convolution(true), x, changed, shapes.bias()).output()));
        FiniteDifferences.verify("dbias", gradients.get(1), shapes.bias(), 0.5,
                changed -> dot(dy, runOnReference(new Convolution(true), x, weight, changed).output()));
    }
}
