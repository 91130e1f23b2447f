package lobule.device;

import static lobule.device.BatchRenormSuite.awayFromTheKink;
import static lobule.device.BatchRenormSuite.beta;
import static lobule.device.BatchRenormSuite.gamma;
import static lobule.device.BatchRenormSuite.input;
import static lobule.device.BatchRenormSuite.normalised;
import static lobule.device.BatchRenormSuite.statistics;
import static lobule.device.BatchRenormSuite.uninitialised;
import static lobule.device.BatchRenormSuite.vector;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lobule.device.OpRunner.Result;
import lobule.op.Add;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormBackward;
import lobule.op.CropConcatenate;
import lobule.op.CropConcatenateBackward;
import lobule.op.EncoderOutput;
import lobule.op.EncoderOutputBackward;
import lobule.op.MaxPool;
import lobule.op.MaxPoolBackward;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link EncoderOutput} and its gradient, beside the ops they are made of. */
abstract class EncoderOutputSuite extends OpSuite {
    /** Statistics of one channel with which y = max(x, 0). */
    private static final HostArray IDENTITY = HostArray.of(TensorSpec.rowMajor(4, 1), 0, 1, 1, 0);

    /** Shapes of x and of the concatenation. */
    record Case(Shape x, Shape concatenation) {
        Shape pooled() {
            Shape pooled = x;
            for (int axis = 0; axis < x.spatialRank(); axis++) {
                pooled = pooled.withSpatial(axis, x.spatial(axis) / 2);
            }
            return pooled;
        }

        EncoderOutput op() {
            return new EncoderOutput(concatenation);
        }

        HostArray pooledGradient() {
            return HostArray.random(activation(pooled()), 2);
        }

        /** NaN in the channels that do not count. */
        HostArray concatenationGradient() {
            HostArray random = HostArray.random(activation(concatenation), 3);
            return HostArray.generated(random.spec(),
                    i -> channel(i) < x.channels() ? random.get(i) : Double.NaN);
        }

        long channel(int index) {
            return index / concatenation.voxels() % concatenation.channels();
        }
    }

    static Stream<Case> cases() {
        return Stream.of(new Case(Shape.of(1, 1, 2, 2, 2), Shape.of(1, 2, 2, 2, 2)),
                new Case(Shape.of(1, 2, 4, 5, 6), Shape.of(1, 5, 4, 5, 6)),
                new Case(Shape.of(3, 3, 5, 6, 13), Shape.of(3, 8, 2, 3, 7)),
                new Case(Shape.of(1, 8, 13, 3, 31), Shape.of(1, 24, 4, 1, 12)),
                new Case(Shape.of(2, 17, 5, 4, 3), Shape.of(2, 50, 3, 3, 2)),
                new Case(Shape.of(1, 33, 3, 4, 5), Shape.of(1, 66, 1, 1, 1)),
                new Case(Shape.of(1, 24, 33, 13), Shape.of(1, 31, 31, 12)),
                new Case(Shape.of(3, 2, 3, 13), Shape.of(3, 4, 1, 13)),
                new Case(Shape.of(1, 2, 131, 130), Shape.of(1, 3, 100, 101)),
                new Case(Shape.of(1, 1, 3, 4, 1031), Shape.of(1, 2, 2, 3, 519)),
                new Case(Shape.of(1, 1, 5, 1030), Shape.of(1, 2, 5, 1029)));
    }

    private static List<HostArray> inputs(HostArray x) {
        Shape shape = x.spec().shape();
        return List.of(x, statistics(x), gamma(shape), beta(shape));
    }

    private static List<HostArray> inputs(HostArray x, HostArray... gradients) {
        List<HostArray> inputs = new ArrayList<>(inputs(x));
        inputs.addAll(List.of(gradients));
        return inputs;
    }

    /** What earlier mini-batches left in dgamma and dbeta. */
    private static List<HostArray> gradients(Shape shape) {
        return List.of(HostArray.random(TensorSpec.rowMajor(shape.channels()), 21),
                HostArray.random(TensorSpec.rowMajor(shape.channels()), 22));
    }

    /** Without and with ties within windows; where the ReLU cuts off there are ties in both. */
    private static List<HostArray> values(Shape shape) {
        HostArray normal = input(shape, 1);
        return List.of(awayFromTheKink(normal), awayFromTheKink(normal.map(value -> Math.round(value))));
    }

    @Test
    void recordedImage() {
        HostArray x = HostArray.of(activation(1, 1, 3, 5),
                1, 5, -2, -1, 99,
                4, 2, -3, -4, 99,
                99, 99, 99, 99, 99);
        Result result = run(new EncoderOutput(Shape.of(1, 3, 1, 2)), x, IDENTITY, vector(1), vector(0));
        assertArrayEquals(new double[] {5, 0}, result.output(0).values());
        assertArrayEquals(new double[] {2, 0, 0, 0, 0, 0}, result.output(1).values());
    }

    @Test
    void recordedVolume() {
        HostArray x = HostArray.of(activation(1, 1, 2, 2, 2), 1, 2, 3, 4, 5, 8, 7, 6);
        Result result = run(new EncoderOutput(Shape.of(1, 2, 1, 2, 1)), x, IDENTITY, vector(2), vector(-8));
        assertArrayEquals(new double[] {8}, result.output(0).values());
        assertArrayEquals(new double[] {0, 0, 0, 0}, result.output(1).values());
        result = run(new EncoderOutput(Shape.of(1, 2, 2, 1, 2)), x, IDENTITY, vector(2), vector(-2));
        assertArrayEquals(new double[] {14}, result.output(0).values());
        assertArrayEquals(new double[] {0, 2, 8, 14, 0, 0, 0, 0}, result.output(1).values());
    }

    @Test
    void recordedGradient() {
        HostArray x = HostArray.of(activation(1, 1, 3, 4),
                1, 5, -2, -1,
                4, 2, -3, -4,
                -6, 6, 3, -9);
        HostArray pooled = HostArray.of(activation(1, 1, 1, 2), 7, 8);
        HostArray concatenation = HostArray.of(activation(1, 2, 3, 2), 1, 2, 3, 4, 5, 6, Double.NaN, Double.NaN,
                Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        // 7 goes to the largest, 5; the other window's largest is the first of its zeros, where the ReLU stops 8;
        // the crop is the two columns in the middle: 1 joins 7, the second column passes at 3 alone
        double[] dy = {0, 8, 0, 0, 0, 3, 0, 0, 0, 5, 6, 0};
        double sum = 8 + 3 + 5 + 6;
        double product = 8 * 5 + 3 * 2 + 5 * 6 + 6 * 3;
        Result result = run(new EncoderOutputBackward(false), List.of(x, IDENTITY, vector(1), vector(0), pooled,
                concatenation), List.of(vector(100), vector(200)), step());
        assertArrayEquals(new double[] {product}, result.state(0).values());
        assertArrayEquals(new double[] {sum}, result.state(1).values());
        HostArray expected = HostArray.generated(x.spec(), i -> dy[i] - sum / 12 - x.get(i) * product / 12);
        Tolerance.sum(12).check("dx", expected, result.output());
        Result accumulated = run(new EncoderOutputBackward(false), List.of(x, IDENTITY, vector(1), vector(0), pooled,
                concatenation), List.of(vector(100), vector(200)), accumulating());
        assertArrayEquals(new double[] {100 + product}, accumulated.state(0).values());
        assertArrayEquals(new double[] {200 + sum}, accumulated.state(1).values());
    }

    @Test
    void tiesGoToTheFirstVoxel() {
        HostArray x = HostArray.of(activation(1, 1, 2, 2, 2), 1, 2, 2, 1, 2, 2, 2, 2);
        HostArray pooled = HostArray.of(activation(1, 1, 1, 1, 1), 3);
        HostArray nothing = HostArray.filled(activation(1, 2, 1, 1, 1), 0);
        // dgamma is sum(dy x), and with statistics as wide as this dx is dy less its mean
        HostArray wide = HostArray.of(TensorSpec.rowMajor(4, 1), 0, 0x1p40, 0x1p40, 0);
        HostArray dx = run(new EncoderOutputBackward(false), List.of(x, wide, vector(1), vector(0), pooled, nothing),
                List.of(vector(0), vector(0)), step()).output();
        double rest = -3.0 / 8;
        assertArrayEquals(new double[] {rest, 3 + rest, rest, rest, rest, rest, rest, rest}, dx.values());
    }

    @Test
    void notANumberIsNotHidden() {
        HostArray nothing = HostArray.filled(activation(1, 2, 1, 1), 0);
        HostArray pooled = HostArray.of(activation(1, 1, 1, 1), 3);
        for (int position = 0; position < 4; position++) {
            HostArray x = HostArray.of(activation(1, 1, 2, 2), 1, 2, -3, 4).with(position, Double.NaN);
            Result result = run(new EncoderOutput(Shape.of(1, 2, 2, 2)), x, IDENTITY, vector(1), vector(0));
            assertTrue(Double.isNaN(result.output(0).get(0)), "pooled, NaN at " + position);
            assertTrue(Double.isNaN(result.output(1).get(position)), "concatenation, NaN at " + position);
            Result backward = run(new EncoderOutputBackward(false), List.of(x, IDENTITY, vector(1), vector(0), pooled,
                    nothing), List.of(vector(0), vector(0)), step());
            assertTrue(Arrays.stream(backward.output().values()).allMatch(Double::isNaN), "dx, NaN at " + position);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(Case shapes) {
        Tolerance tolerance = Tolerance.sum(shapes.x().batch() * shapes.x().voxels());
        for (HostArray x : values(shapes.x())) {
            compare(Tolerance.ELEMENTWISE, shapes.op(), inputs(x), List.of(), step());
            List<HostArray> inputs = inputs(x, shapes.pooledGradient(), shapes.concatenationGradient());
            compare(tolerance, new EncoderOutputBackward(false), inputs, gradients(shapes.x()), step());
            compare(tolerance, new EncoderOutputBackward(false), inputs, gradients(shapes.x()), accumulating());
        }
    }

    /** Exactly: the ReLU's output, its maxima and its centre are the same numbers. */
    @ParameterizedTest
    @MethodSource("cases")
    void outputsAreThoseOfTheSeparateOps(Case shapes) {
        for (HostArray x : values(shapes.x())) {
            HostArray y = run(new BatchRenorm(true), inputs(x), List.of(), step()).output();
            HostArray rest = HostArray.filled(activation(shapes.concatenation().withChannels(
                    shapes.concatenation().channels() - shapes.x().channels())), 0);
            Result result = run(shapes.op(), inputs(x), List.of(), step());
            requireFused("pooled", run(new MaxPool(), y).output(), result.output(0));
            requireFused("concatenation", run(new CropConcatenate(), y, rest).output(), result.output(1));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreThoseOfTheSeparateOps(Case shapes) {
        Tolerance tolerance = Tolerance.sum(shapes.x().batch() * shapes.x().voxels());
        for (HostArray x : values(shapes.x())) {
            HostArray y = run(new BatchRenorm(true), inputs(x), List.of(), step()).output();
            HostArray ofPooled = run(new MaxPoolBackward(), y, shapes.pooledGradient()).output();
            HostArray ofCrop = run(new CropConcatenateBackward(shapes.x()), shapes.concatenationGradient()).output(0);
            HostArray dy = run(new Add(), ofPooled, ofCrop).output();
            for (boolean fixed : new boolean[] {false, true}) {
                Result expected = run(new BatchRenormBackward(true, Optional.empty(), fixed), inputs(x, dy),
                        gradients(shapes.x()), step());
                Result result = run(new EncoderOutputBackward(fixed), inputs(x, shapes.pooledGradient(),
                        shapes.concatenationGradient()), gradients(shapes.x()), step());
                tolerance.check("dx", expected.output(), result.output());
                tolerance.check("dgamma", expected.state(0), result.state(0));
                tolerance.check("dbeta", expected.state(1), result.state(1));
            }
        }
    }

    @Test
    void gradientsAreSlopes() {
        slopes(new Case(Shape.of(2, 2, 3, 5, 7), Shape.of(2, 3, 1, 3, 4)));
        slopes(new Case(Shape.of(2, 3, 7, 10), Shape.of(2, 5, 4, 7)));
    }

    private void slopes(Case shapes) {
        // 420 values, and 11 has no factor of that: all differ by at least 0.05, so that no step changes an order
        assertEquals(420, shapes.x().elements());
        HostArray x = HostArray.generated(activation(shapes.x()), i -> i * 11 % 420 * 0.05 - 10);
        HostArray gamma = gamma(shapes.x());
        HostArray beta = beta(shapes.x());
        double nearest = Arrays.stream(normalised(x, batchStatistics(x), gamma, beta).values()).map(Math::abs).min()
                .orElseThrow();
        assertTrue(nearest > 0.0005, "an output of " + nearest + " is too near the kink of ReLU for differences");
        Result result = run(new EncoderOutputBackward(false), List.of(x, batchStatistics(x), gamma, beta,
                shapes.pooledGradient(), shapes.concatenationGradient()), gradients(shapes.x()), step());
        FiniteDifferences.verify("dx", result.output(), x, 0.003, changed -> loss(shapes, changed, gamma, beta));
        FiniteDifferences.verify("dgamma", result.state(0), gamma, 0.0003,
                changed -> loss(shapes, x, changed, beta));
        FiniteDifferences.verify("dbeta", result.state(1), beta, 0.0003, changed -> loss(shapes, x, gamma, changed));
    }

    private HostArray batchStatistics(HostArray x) {
        return runOnReference(BatchRenormSuite.STATISTICS, List.of(x), uninitialised(x.spec().shape().channels()),
                step()).output();
    }

    private double loss(Case shapes, HostArray x, HostArray gamma, HostArray beta) {
        Result result = runOnReference(shapes.op(), x, batchStatistics(x), gamma, beta);
        HostArray ofConcatenation = shapes.concatenationGradient().map(value -> Double.isNaN(value) ? 0 : value);
        return dot(shapes.pooledGradient(), result.output(0)) + dot(ofConcatenation, result.output(1));
    }
}
