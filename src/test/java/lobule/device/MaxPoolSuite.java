package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import lobule.op.MaxPool;
import lobule.op.MaxPoolBackward;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link MaxPool} and its gradient. */
abstract class MaxPoolSuite extends OpSuite {

    @Test
    void recordedImage() {
        HostArray x = HostArray.of(activation(1, 1, 3, 5),
                1, 5, -2, -1, 99,
                4, 2, -3, -4, 99,
                99, 99, 99, 99, 99);
        HostArray dy = HostArray.of(activation(1, 1, 1, 2), 7, 8);
        assertArrayEquals(new double[] {5, -1}, run(new MaxPool(), x).output().values());
        assertArrayEquals(new double[] {0, 7, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                run(new MaxPoolBackward(), x, dy).output().values());
    }

    @Test
    void recordedVolume() {
        HostArray x = HostArray.of(activation(1, 1, 2, 2, 2), 1, 2, 3, 4, 5, 8, 7, 6);
        HostArray dy = HostArray.of(activation(1, 1, 1, 1, 1), 3);
        assertArrayEquals(new double[] {8}, run(new MaxPool(), x).output().values());
        assertArrayEquals(new double[] {0, 0, 0, 0, 0, 3, 0, 0},
                run(new MaxPoolBackward(), x, dy).output().values());
    }

    @Test
    void tiesGoToTheFirstVoxel() {
        HostArray x = HostArray.of(activation(1, 1, 2, 2, 2), 1, 2, 2, 1, 2, 2, 2, 2);
        HostArray dy = HostArray.of(activation(1, 1, 1, 1, 1), 3);
        assertArrayEquals(new double[] {0, 3, 0, 0, 0, 0, 0, 0},
                run(new MaxPoolBackward(), x, dy).output().values());
        HostArray zeros = HostArray.of(activation(1, 1, 2, 2), 0, 0, 0, 0);
        assertArrayEquals(new double[] {3, 0, 0, 0},
                run(new MaxPoolBackward(), zeros, HostArray.of(activation(1, 1, 1, 1), 3)).output().values());
    }

    @Test
    void notANumberIsNotHidden() {
        for (int position = 0; position < 4; position++) {
            HostArray x = HostArray.of(activation(1, 1, 2, 2), 1, 2, 3, 4).with(position, Double.NaN);
            assertTrue(Double.isNaN(run(new MaxPool(), x).output().get(0)), "NaN at " + position);
        }
    }

    static Stream<Shape> shapes() {
        return Stream.of(Shape.of(1, 1, 2, 3, 5), Shape.of(3, 3, 5, 3, 13), Shape.of(1, 8, 13, 31, 3),
                Shape.of(1, 17, 3, 2, 33), Shape.of(1, 33, 4, 4, 4), Shape.of(1, 24, 2, 13, 2), Shape.of(1, 5, 31, 33),
                Shape.of(3, 7, 3, 13), Shape.of(1, 16, 2, 2), Shape.of(2, 2, 4, 6),
                Shape.of(1, 1, 3, 2, 1031), Shape.of(1, 2, 5, 1027));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void equalsTheReference(Shape shape) {
        HostArray normal = HostArray.random(activation(shape), 1);
        HostArray withTies = normal.map(value -> Math.max(0, Math.round(value)));
        Shape pooled = shape;
        for (int axis = 0; axis < shape.spatialRank(); axis++) {
            pooled = pooled.withSpatial(axis, shape.spatial(axis) / 2);
        }
        HostArray dy = HostArray.random(activation(pooled), 2);
        for (HostArray x : List.of(normal, withTies)) {
            compare(Tolerance.EXACT, new MaxPool(), List.of(x), List.of(), step());
            compare(Tolerance.EXACT, new MaxPoolBackward(), List.of(x, dy), List.of(), step());
        }
    }

    @Test
    void gradientIsTheSlope() {
        // 8 and 105 have no common factor: all values differ by at least 0.1, so that no step changes an order
        HostArray x = HostArray.generated(activation(1, 1, 3, 5, 7), i -> i * 8 % 105 * 0.1 - 5);
        HostArray dy = HostArray.random(activation(1, 1, 1, 2, 3), 2);
        FiniteDifferences.verify("dx", run(new MaxPoolBackward(), x, dy).output(), x, 0.03,
                changed -> dot(dy, runOnReference(new MaxPool(), changed).output()));
    }
}
