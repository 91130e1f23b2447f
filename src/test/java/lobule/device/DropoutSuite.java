package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lobule.op.Dropout;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link Dropout}: the same mask on every device, bit for bit. */
abstract class DropoutSuite extends OpSuite {

    static Stream<Shape> shapes() {
        return LongStream.of(1, 2, 3, 5, 8, 16, 17, 33).boxed()
                .flatMap(c -> Stream.of(Shape.of(1, c, 3, 5, 13), Shape.of(3, c, 3, 1, 4), Shape.of(1, c, 31, 13),
                        Shape.of(3, c, 3, 7)));
    }

    private static Step step(long seed, long microStep) {
        Step step = new Step();
        step.seed = seed;
        step.microStep = microStep;
        return step;
    }

    private HostArray drop(Dropout op, HostArray x, Step step) {
        return run(op, List.of(x), List.of(), step).output();
    }

    /** 1 where kept, 0 where dropped. */
    private double[] mask(Dropout op, Shape shape, Step step) {
        HostArray ones = HostArray.filled(activation(shape), 1);
        return Arrays.stream(drop(op, ones, step).values()).map(Math::signum).toArray();
    }

    /** The definition, element by element. */
    private static double[] definedMask(Dropout op, Shape shape, Step step) {
        Philox philox = Philox.of(step.seed);
        int[] words = new int[4];
        double[] mask = new double[Math.toIntExact(shape.elements())];
        for (int i = 0; i < mask.length; i++) {
            long channel = i / shape.voxels() % shape.channels();
            long voxel = i / (shape.voxels() * shape.channels()) * shape.voxels() + i % shape.voxels();
            long block = voxel * ((shape.channels() + 3) / 4) + channel / 4;
            philox.words((int) block, (int) (block >>> 32), op.index(), (int) step.microStep, words);
            mask[i] = (words[(int) (channel % 4)] & 0xFFFFFFFFL) >= op.rate() * 0x1p32 ? 1 : 0;
        }
        return mask;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void maskIsTheDefinedOne(Shape shape) {
        Dropout op = new Dropout(0.5, 3);
        Step step = step(0x123456789ABCDEF0L, 7);
        assertArrayEquals(definedMask(op, shape, step), mask(op, shape, step));
        Dropout other = new Dropout(0.3, 0);
        Step late = step(-1, 0x1_0000_0005L);
        assertArrayEquals(definedMask(other, shape, late), mask(other, shape, late));
    }

    @Test
    void keptValuesAreScaled() {
        HostArray x = HostArray.random(activation(1, 5, 3, 5, 7), 1);
        for (double rate : new double[] {0.5, 0.3}) {
            Dropout op = new Dropout(rate, 1);
            double[] mask = definedMask(op, x.spec().shape(), step(5, 6));
            HostArray expected = HostArray.generated(x.spec(), i -> mask[i] * x.get(i) / (1 - rate));
            Tolerance.ELEMENTWISE.check("y", expected, drop(op, x, step(5, 6)));
        }
    }

    @Test
    void keptShareIsOneMinusRate() {
        Shape shape = Shape.of(1, 8, 13, 31, 33);
        for (double rate : new double[] {0.1, 0.5, 0.9}) {
            double kept = Arrays.stream(mask(new Dropout(rate, 0), shape, step(1, 0))).average().orElseThrow();
            double deviation = Math.sqrt(rate * (1 - rate) / shape.elements());
            assertEquals(1 - rate, kept, 5 * deviation);
        }
    }

    @Test
    void rateZeroKeepsEverything() {
        HostArray x = HostArray.random(activation(1, 5, 3, 5, 7), 1);
        assertArrayEquals(x.values(), drop(new Dropout(0, 2), x, step(5, 6)).values());
    }

    @Test
    void droppedValuesDoNotLeak() {
        HostArray x = HostArray.filled(activation(1, 5, 3, 5, 7), Double.POSITIVE_INFINITY);
        double[] mask = definedMask(new Dropout(0.5, 2), x.spec().shape(), step(5, 6));
        double[] y = drop(new Dropout(0.5, 2), x, step(5, 6)).values();
        for (int i = 0; i < y.length; i++) {
            assertEquals(mask[i] == 0 ? 0 : Double.POSITIVE_INFINITY, y[i]);
        }
    }

    @Test
    void seedIndexAndMicroStepGiveOtherMasks() {
        Shape shape = Shape.of(1, 3, 5, 7, 3);
        Dropout op = new Dropout(0.5, 3);
        double[] mask = mask(op, shape, step(11, 4));
        assertArrayEquals(mask, mask(op, shape, step(11, 4)));
        assertFalse(Arrays.equals(mask, mask(new Dropout(0.5, 2), shape, step(11, 4))), "index");
        assertFalse(Arrays.equals(mask, mask(op, shape, step(12, 4))), "low word of the seed");
        assertFalse(Arrays.equals(mask, mask(op, shape, step(11 + (1L << 32), 4))), "high word of the seed");
        assertFalse(Arrays.equals(mask, mask(op, shape, step(11, 5))), "micro-step");
    }

    /** The gradient rule applies the op to dy; its mask must not depend on the values. */
    @Test
    void backwardPassHasTheSameMask() {
        Shape shape = Shape.of(2, 5, 3, 13);
        Dropout op = new Dropout(0.5, 9);
        HostArray dy = HostArray.random(activation(shape), 2);
        HostArray x = HostArray.random(activation(shape), 3);
        HostArray dx = drop(op, dy, step(1, 2));
        FiniteDifferences.verify("dx", dx, x, 0.5,
                changed -> dot(dy, runOnReference(op, List.of(changed), List.of(), step(1, 2)).output()));
    }
}
