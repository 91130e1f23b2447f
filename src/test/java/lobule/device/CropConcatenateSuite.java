package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.Stream;
import lobule.op.Add;
import lobule.op.CropConcatenate;
import lobule.op.CropConcatenateBackward;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link CropConcatenate}, its gradient, and {@link Add}, which joins the gradients of a skip connection. */
abstract class CropConcatenateSuite extends OpSuite {

    /** Shapes of skip and up. */
    record Case(Shape skip, Shape up) {}

    static Stream<Case> cases() {
        return Stream.of(new Case(Shape.of(1, 1, 3, 3, 3), Shape.of(1, 1, 1, 1, 1)),
                new Case(Shape.of(1, 2, 4, 5, 6), Shape.of(1, 3, 4, 5, 6)),
                new Case(Shape.of(3, 3, 5, 6, 13), Shape.of(3, 5, 2, 3, 7)),
                new Case(Shape.of(1, 8, 13, 3, 31), Shape.of(1, 16, 4, 1, 12)),
                new Case(Shape.of(1, 17, 5, 4, 3), Shape.of(1, 33, 3, 3, 2)),
                new Case(Shape.of(1, 24, 33, 13), Shape.of(1, 7, 31, 12)),
                new Case(Shape.of(3, 1, 3, 13), Shape.of(3, 2, 1, 13)),
                new Case(Shape.of(1, 1, 303, 9), Shape.of(1, 2, 300, 6)),
                new Case(Shape.of(1, 1, 3, 2, 2101), Shape.of(1, 1, 2, 2, 2098)));
    }

    @Test
    void recordedImage() {
        HostArray skip = HostArray.of(activation(1, 1, 2, 4), 1, 2, 3, 4, 5, 6, 7, 8);
        HostArray up = HostArray.of(activation(1, 2, 1, 1), 10, 20);
        assertArrayEquals(new double[] {2, 10, 20}, run(new CropConcatenate(), skip, up).output().values());
        OpRunner.Result gradients = run(new CropConcatenateBackward(skip.spec().shape()),
                HostArray.of(activation(1, 3, 1, 1), 7, 8, 9));
        assertArrayEquals(new double[] {0, 7, 0, 0, 0, 0, 0, 0}, gradients.output(0).values());
        assertArrayEquals(new double[] {8, 9}, gradients.output(1).values());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheReference(Case shapes) {
        compare(Tolerance.EXACT, new CropConcatenate(), List.of(HostArray.random(activation(shapes.skip()), 1),
                HostArray.random(activation(shapes.up()), 2)), List.of(), step());
        compare(Tolerance.EXACT, new CropConcatenateBackward(shapes.skip()),
                List.of(gradient(shapes)), List.of(), step());
    }

    /** The op only copies, so its gradient is its transpose: <y, dy> = <skip, dskip> + <up, dup>. */
    @ParameterizedTest
    @MethodSource("cases")
    void gradientIsTheTranspose(Case shapes) {
        HostArray skip = HostArray.random(activation(shapes.skip()), 1);
        HostArray up = HostArray.random(activation(shapes.up()), 2);
        HostArray dy = gradient(shapes);
        OpRunner.Result gradients = run(new CropConcatenateBackward(shapes.skip()), dy);
        double forward = dot(dy, run(new CropConcatenate(), skip, up).output());
        double backward = dot(skip, gradients.output(0)) + dot(up, gradients.output(1));
        assertEquals(forward, backward, 1e-9 * dy.values().length);
    }

    private static HostArray gradient(Case shapes) {
        long channels = shapes.skip().channels() + shapes.up().channels();
        return HostArray.random(activation(shapes.up().withChannels(channels)), 3);
    }

    @Test
    void addsElementByElement() {
        TensorSpec spec = activation(1, 3, 2, 1, 13);
        HostArray a = HostArray.random(spec, 1);
        HostArray b = HostArray.random(spec, 2);
        HostArray expected = HostArray.generated(spec, i -> a.get(i) + b.get(i));
        Tolerance.EXACT.check("sum", expected, run(new Add(), a, b).output());
        compare(Tolerance.EXACT, new Add(), List.of(HostArray.random(activation(3, 5, 31, 33), 3),
                HostArray.random(activation(3, 5, 31, 33), 4)), List.of(), step());
    }
}
