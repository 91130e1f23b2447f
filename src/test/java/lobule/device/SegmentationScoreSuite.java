package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.stream.Stream;
import lobule.op.SegmentationScore;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link SegmentationScore}. */
abstract class SegmentationScoreSuite extends OpSuite {
    private static final SegmentationScore OP = new SegmentationScore(SegmentationCase.IGNORE);

    static Stream<Shape> shapes() {
        return SegmentationCase.shapes();
    }

    private HostArray score(SegmentationCase given) {
        return run(OP, given.logits(), given.target()).output();
    }

    @Test
    void recordedValues() {
        // predictions 1, 0 (a tie), 2, 1; labels 1, 1, 1 (another class, still foreground), ignored
        SegmentationCase given = new SegmentationCase(
                HostArray.of(activation(1, 3, 2, 2), 0, 1, 0, 0, 9, 1, 0, 9, 0, 1, 9, 0),
                HostArray.of(SegmentationCase.targetSpec(Shape.of(1, 3, 2, 2)), 1, 1, 1, SegmentationCase.IGNORE));
        double saturated = 1 / (1 + 2 * Math.exp(-9));
        assertArrayEquals(new double[] {2, 2, 3, 3, 2 * saturated + 1.0 / 3}, score(given).values(), 1e-6);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void equalsItsDefinition(Shape shape) {
        SegmentationCase given = SegmentationCase.random(shape, 1);
        double[] expected = new double[SegmentationScore.ENTRIES];
        for (int voxel = 0; voxel < given.voxels(); voxel++) {
            if (given.counted(voxel)) {
                int predicted = predicted(given, voxel);
                boolean foreground = given.label(voxel) > 0;
                expected[SegmentationScore.BOTH] += predicted > 0 && foreground ? 1 : 0;
                expected[SegmentationScore.PREDICTED] += predicted > 0 ? 1 : 0;
                expected[SegmentationScore.TRUE] += foreground ? 1 : 0;
                expected[SegmentationScore.COUNTED]++;
                expected[SegmentationScore.LARGEST_PROBABILITY] += given.probability(voxel, predicted);
            }
        }
        double[] actual = score(given).values();
        int counts = SegmentationScore.LARGEST_PROBABILITY;
        assertArrayEquals(Arrays.copyOf(expected, counts), Arrays.copyOf(actual, counts));
        Tolerance.LOSS.check("sum of the largest probability", new double[] {expected[counts]},
                new double[] {actual[counts]}, expected[counts]);
    }

    private static int predicted(SegmentationCase given, int voxel) {
        int best = 0;
        for (int c = 1; c < given.classes(); c++) {
            best = given.logits().get(given.index(voxel, c)) > given.logits().get(given.index(voxel, best)) ? c : best;
        }
        return best;
    }

    @Test
    void ignoredVoxelsDoNotCount() {
        SegmentationCase given = SegmentationCase.random(Shape.of(3, 2, 3, 5, 3), 1);
        assertArrayEquals(new double[SegmentationScore.ENTRIES],
                score(given.labelled(SegmentationCase.IGNORE)).values());
    }

    @Test
    void hugeLogitsAreCertain() {
        SegmentationCase given = SegmentationCase.random(Shape.of(1, 2, 3, 5, 13), 1).scaled(1e4).labelled(0);
        double[] score = score(given).values();
        assertEquals(0, score[SegmentationScore.TRUE]);
        assertEquals(score[SegmentationScore.COUNTED], score[SegmentationScore.LARGEST_PROBABILITY], 1e-6);
    }
}
