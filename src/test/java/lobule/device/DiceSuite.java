package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import lobule.device.OpRunner.Result;
import lobule.op.SoftmaxDice;
import lobule.op.SoftmaxDiceBackward;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link SoftmaxDice} in its variants, and its gradient. */
abstract class DiceSuite extends OpSuite {
    private static final double EPSILON = 1e-7;
    private static final SoftmaxDice DICE = new SoftmaxDice(false, false, EPSILON, SegmentationCase.IGNORE);
    private static final SoftmaxDice FOREGROUND = new SoftmaxDice(true, false, EPSILON, SegmentationCase.IGNORE);
    private static final SoftmaxDice SQUARED = new SoftmaxDice(false, true, EPSILON, SegmentationCase.IGNORE);
    private static final SoftmaxDice SQUARED_FOREGROUND = new SoftmaxDice(true, true, EPSILON, SegmentationCase.IGNORE);
    private static final List<SoftmaxDice> VARIANTS = List.of(DICE, FOREGROUND, SQUARED, SQUARED_FOREGROUND);

    static Stream<Shape> shapes() {
        return SegmentationCase.shapes();
    }

    private Result forward(SoftmaxDice op, SegmentationCase given) {
        return run(op, given.logits(), given.target());
    }

    private HostArray backward(SoftmaxDice op, SegmentationCase given) {
        HostArray sums = runOnReference(op, given.logits(), given.target()).output(1);
        return run(new SoftmaxDiceBackward(op), given.logits(), given.target(), sums).output();
    }

    private static double loss(SoftmaxDice op, double[] sums) {
        double dice = 0;
        for (int c = op.firstClass(); c < sums.length / 2; c++) {
            dice += (2 * sums[2 * c] + EPSILON) / (sums[2 * c + 1] + EPSILON);
        }
        return 1 - dice / (sums.length / 2 - op.firstClass());
    }

    @Test
    void recordedValues() {
        // three voxels with p(1) = 3/4, 1/2, anything; labels 1, 0, ignored
        SegmentationCase given = new SegmentationCase(
                HostArray.of(activation(1, 2, 1, 3), 0, 2, 5, Math.log(3), 2, -5),
                HostArray.of(SegmentationCase.targetSpec(Shape.of(1, 2, 1, 3)), 1, 0, SegmentationCase.IGNORE));
        Result dice = forward(DICE, given);
        assertArrayEquals(new double[] {0.5, 1.75, 0.75, 2.25}, dice.output(1).values(), 1e-6);
        assertEquals(1 - (1 / 1.75 + 1.5 / 2.25) / 2, dice.output(0).get(0), 1e-6);
        assertEquals(1 - 1.5 / 2.25, forward(FOREGROUND, given).output(0).get(0), 1e-6);
        Result squared = forward(SQUARED, given);
        assertArrayEquals(new double[] {0.5, 1.3125, 0.75, 1.8125}, squared.output(1).values(), 1e-6);
        assertEquals(1 - (1 / 1.3125 + 1.5 / 1.8125) / 2, squared.output(0).get(0), 1e-6);
        // foreground: D = 2/3, dD/dp = (2 y - D) / S = (16/27, -8/27); times -p (1-p) = -(3/16, 1/4)
        assertArrayEquals(new double[] {1.0 / 9, -2.0 / 27, 0, -1.0 / 9, 2.0 / 27, 0},
                backward(FOREGROUND, given).values(), 1e-6);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void equalsItsDefinition(Shape shape) {
        SegmentationCase given = SegmentationCase.random(shape, 1);
        for (SoftmaxDice op : VARIANTS) {
            double[] sums = new double[2 * given.classes()];
            for (int voxel = 0; voxel < given.voxels(); voxel++) {
                for (int c = 0; c < given.classes() && given.counted(voxel); c++) {
                    double p = given.probability(voxel, c);
                    double y = given.label(voxel) == c ? 1 : 0;
                    sums[2 * c] += p * y;
                    sums[2 * c + 1] += op.squared() ? p * p + y : p + y;
                }
            }
            Result result = forward(op, given);
            Tolerance.LOSS.check("sums", sums, result.output(1).values(), Arrays.stream(sums).max().orElseThrow());
            Tolerance.LOSS.check("loss", new double[] {loss(op, sums)}, result.output(0).values(), 1);
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void gradientEqualsTheReference(Shape shape) {
        SegmentationCase given = SegmentationCase.random(shape, 1);
        for (SoftmaxDice op : VARIANTS) {
            HostArray sums = runOnReference(op, given.logits(), given.target()).output(1);
            compare(Tolerance.SOFTMAX, new SoftmaxDiceBackward(op), List.of(given.logits(), given.target(), sums),
                    List.of(), step());
        }
    }

    @Test
    void gradientIsTheSlope() {
        for (Shape shape : List.of(Shape.of(2, 3, 2, 1, 3), Shape.of(1, 2, 3, 4))) {
            SegmentationCase given = SegmentationCase.random(shape, 2);
            for (SoftmaxDice op : VARIANTS) {
                FiniteDifferences.verify("dlogits", backward(op, given), given.logits(), 0.02,
                        changed -> loss(op, runOnReference(op, changed, given.target()).output(1).values()));
            }
        }
    }

    @Test
    void perfectPredictionIsLossZero() {
        SegmentationCase random = SegmentationCase.random(Shape.of(1, 3, 3, 5, 13), 1);
        HostArray logits = HostArray.filled(random.logits().spec(), -50);
        for (int voxel = 0; voxel < random.voxels(); voxel++) {
            logits = random.counted(voxel) ? logits.with(random.index(voxel, random.label(voxel)), 50) : logits;
        }
        for (SoftmaxDice op : VARIANTS) {
            assertEquals(0, forward(op, new SegmentationCase(logits, random.target())).output(0).get(0), 1e-6);
        }
    }

    @Test
    void emptyForegroundIsFinite() {
        for (double scale : new double[] {1, 1e4}) {
            SegmentationCase given = SegmentationCase.random(Shape.of(1, 2, 3, 5, 13), 1).scaled(scale).labelled(0);
            for (SoftmaxDice op : VARIANTS) {
                double loss = forward(op, given).output(0).get(0);
                assertTrue(loss >= 0 && loss <= 1, "loss " + loss);
                assertTrue(Arrays.stream(backward(op, given).values()).allMatch(Double::isFinite));
            }
        }
    }

    @Test
    void nothingCountedIsLossZero() {
        SegmentationCase given = SegmentationCase.random(Shape.of(1, 2, 3, 5, 3), 1).labelled(SegmentationCase.IGNORE);
        for (SoftmaxDice op : VARIANTS) {
            assertEquals(0, forward(op, given).output(0).get(0));
            assertArrayEquals(new double[given.logits().values().length], backward(op, given).values());
        }
    }

    @Test
    void hugeLogitsStayFinite() {
        SegmentationCase given = SegmentationCase.random(Shape.of(1, 3, 3, 5, 13), 1).scaled(1e4);
        for (SoftmaxDice op : VARIANTS) {
            assertTrue(Double.isFinite(forward(op, given).output(0).get(0)));
            assertTrue(Arrays.stream(backward(op, given).values()).allMatch(Double::isFinite));
        }
    }
}
