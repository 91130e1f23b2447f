package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lobule.device.OpRunner.Result;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxCrossEntropyBackward;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link SoftmaxCrossEntropy} and its gradient. */
abstract class CrossEntropySuite extends OpSuite {
    private static final SoftmaxCrossEntropy UNWEIGHTED =
            new SoftmaxCrossEntropy(List.of(), SegmentationCase.IGNORE);

    static Stream<Shape> shapes() {
        return SegmentationCase.shapes();
    }

    private static SoftmaxCrossEntropy weighted(int classes) {
        return new SoftmaxCrossEntropy(IntStream.range(0, classes).mapToObj(c -> 0.5 + c).toList(),
                SegmentationCase.IGNORE);
    }

    private Result forward(SoftmaxCrossEntropy op, SegmentationCase given) {
        return run(op, given.logits(), given.target());
    }

    private HostArray backward(SoftmaxCrossEntropy op, SegmentationCase given) {
        HostArray sums = runOnReference(op, given.logits(), given.target()).output(1);
        return run(new SoftmaxCrossEntropyBackward(op), given.logits(), given.target(), sums).output();
    }

    @Test
    void recordedValues() {
        // three voxels with p(1) = 3/4, 1/2, anything; labels 1, 0, ignored
        SegmentationCase given = new SegmentationCase(
                HostArray.of(activation(1, 2, 1, 3), 0, 2, 5, Math.log(3), 2, -5),
                HostArray.of(SegmentationCase.targetSpec(Shape.of(1, 2, 1, 3)), 1, 0, SegmentationCase.IGNORE));
        Result result = forward(UNWEIGHTED, given);
        assertEquals((0.28768207 + 0.69314718) / 2, result.output(0).get(0), 1e-6);
        assertArrayEquals(new double[] {0.98082925, 2}, result.output(1).values(), 1e-6);
        assertArrayEquals(new double[] {0.125, -0.25, 0, -0.125, 0.25, 0}, backward(UNWEIGHTED, given).values(), 1e-6);
        SoftmaxCrossEntropy weighted = new SoftmaxCrossEntropy(List.of(1.0, 3.0), SegmentationCase.IGNORE);
        assertEquals((3 * 0.28768207 + 0.69314718) / 4, forward(weighted, given).output(0).get(0), 1e-6);
        assertArrayEquals(new double[] {0.1875, -0.125, 0, -0.1875, 0.125, 0}, backward(weighted, given).values(),
                1e-6);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void equalsItsDefinition(Shape shape) {
        SegmentationCase given = SegmentationCase.random(shape, 1);
        for (SoftmaxCrossEntropy op : List.of(UNWEIGHTED, weighted(given.classes()))) {
            double numerator = 0;
            double weights = 0;
            for (int voxel = 0; voxel < given.voxels(); voxel++) {
                if (given.counted(voxel)) {
                    numerator -= op.weight(given.label(voxel)) * given.logProbability(voxel, given.label(voxel));
                    weights += op.weight(given.label(voxel));
                }
            }
            Result result = forward(op, given);
            double[] sums = {numerator, weights};
            Tolerance.LOSS.check("sums", sums, result.output(1).values(), Math.max(numerator, weights));
            double loss = weights == 0 ? 0 : numerator / weights;
            Tolerance.LOSS.check("loss", new double[] {loss}, result.output(0).values(), Math.max(1, loss));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void gradientEqualsTheReference(Shape shape) {
        SegmentationCase given = SegmentationCase.random(shape, 1);
        for (SoftmaxCrossEntropy op : List.of(UNWEIGHTED, weighted(given.classes()))) {
            HostArray sums = runOnReference(op, given.logits(), given.target()).output(1);
            compare(Tolerance.SOFTMAX, new SoftmaxCrossEntropyBackward(op),
                    List.of(given.logits(), given.target(), sums), List.of(), step());
        }
    }

    @Test
    void gradientIsTheSlope() {
        for (Shape shape : List.of(Shape.of(2, 3, 2, 1, 3), Shape.of(1, 2, 3, 4))) {
            SegmentationCase given = SegmentationCase.random(shape, 2);
            for (SoftmaxCrossEntropy op : List.of(UNWEIGHTED, weighted(given.classes()))) {
                FiniteDifferences.verify("dlogits", backward(op, given), given.logits(), 0.02, changed -> {
                    HostArray sums = runOnReference(op, changed, given.target()).output(1);
                    return sums.get(0) / sums.get(1);
                });
            }
        }
    }

    @Test
    void nothingCountedIsLossZero() {
        SegmentationCase given = SegmentationCase.random(Shape.of(1, 2, 3, 5, 3), 1).labelled(SegmentationCase.IGNORE);
        assertEquals(0, forward(UNWEIGHTED, given).output(0).get(0));
        assertArrayEquals(new double[] {0, 0}, forward(UNWEIGHTED, given).output(1).values());
        assertArrayEquals(new double[given.logits().values().length], backward(UNWEIGHTED, given).values());
    }

    @Test
    void nothingWeightedIsLossZero() {
        SoftmaxCrossEntropy op = new SoftmaxCrossEntropy(List.of(0.0, 1.0), SegmentationCase.IGNORE);
        SegmentationCase given = SegmentationCase.random(Shape.of(1, 2, 3, 5, 3), 1).labelled(0);
        assertEquals(0, forward(op, given).output(0).get(0));
        assertArrayEquals(new double[given.logits().values().length], backward(op, given).map(Math::abs).values());
    }

    @Test
    void withoutIgnoreLabelEveryVoxelCounts() {
        SoftmaxCrossEntropy op = new SoftmaxCrossEntropy(List.of(), -1);
        SegmentationCase given = SegmentationCase.random(Shape.of(1, 2, 3, 5, 3), 1).labelled(0);
        assertEquals(given.voxels(), forward(op, given).output(1).get(1));
    }

    @Test
    void hugeLogitsStayFinite() {
        SegmentationCase given = SegmentationCase.random(Shape.of(1, 3, 3, 5, 13), 1).scaled(1e4);
        Result result = forward(UNWEIGHTED, given);
        double expected = IntStream.range(0, given.voxels()).filter(given::counted)
                .mapToDouble(voxel -> -given.logProbability(voxel, given.label(voxel))).average().orElseThrow();
        Tolerance.LOSS.check("loss", new double[] {expected}, result.output(0).values(), expected);
        assertTrue(Arrays.stream(backward(UNWEIGHTED, given).values()).allMatch(Double::isFinite));
    }
}
