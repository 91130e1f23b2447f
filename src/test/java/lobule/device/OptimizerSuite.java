package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import lobule.device.OpRunner.Result;
import lobule.op.Adam;
import lobule.op.GradientNorm;
import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link GradientNorm}, {@link Adam} and {@link NesterovMomentum}. */
abstract class OptimizerSuite extends OpSuite {
    private static final double UNLIMITED = Double.POSITIVE_INFINITY;
    private static final Adam ADAM = new Adam(0.9, 0.999, 1e-8, UNLIMITED);
    private static final NesterovMomentum NESTEROV = new NesterovMomentum(0.9, UNLIMITED);

    private static HostArray vector(double... values) {
        return HostArray.of(TensorSpec.rowMajor(values.length), values);
    }

    private static Step step(double learningRate, long optimizerStep, double gradientScale) {
        Step step = new Step();
        step.learningRate = learningRate;
        step.optimizerStep = optimizerStep;
        step.gradientScale = gradientScale;
        return step;
    }

    private double norm(Step step, HostArray... gradients) {
        return run(new GradientNorm(), List.of(gradients), List.of(), step).output().get(0);
    }

    @Test
    void normIsOfAllGradientsTogether() {
        assertEquals(5, norm(step(), vector(3), vector(0, -4)));
        assertEquals(2.5, norm(step(1, 1, 0.5), vector(3), vector(0, -4)));
        HostArray weight = HostArray.random(TensorSpec.rowMajor(17, 5, 3, 3, 3), 1);
        HostArray bias = HostArray.random(TensorSpec.rowMajor(33), 2);
        double expected = Math.sqrt(dot(weight, weight) + dot(bias, bias));
        assertEquals(expected, norm(step(), weight, bias), expected * 1e-6);
    }

    @Test
    void normOfHugeGradientsIsFinite() {
        assertEquals(5e20, norm(step(), vector(3e20, 4e20)), 1e15);
        assertEquals(5e-25, norm(step(), vector(3e-25, 4e-25)), 1e-30);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void normShowsWhatIsNotFinite(double bad) {
        HostArray ones = HostArray.filled(TensorSpec.rowMajor(33), 1);
        assertFalse(Double.isFinite(norm(step(), vector(1, 2), ones.with(31, bad))));
    }

    @Test
    void firstAdamStepMovesByTheLearningRate() {
        Result result = run(ADAM, List.of(vector(0.5, -2e-3, 0), vector(1)),
                List.of(vector(1, 2, 3), vector(0, 0, 0), vector(0, 0, 0)), step(0.1, 1, 1));
        assertArrayEquals(new double[] {0.9, 2.1 - 5e-7, 3}, result.state(0).values(), 1e-6);
        Tolerance.ELEMENTWISE.check("first moment", vector(0.05, -2e-4, 0), result.state(1));
        Tolerance.ELEMENTWISE.check("second moment", vector(2.5e-4, 4e-9, 0), result.state(2));
    }

    @Test
    void laterAdamStep() {
        // scaled gradient 0.2; m = 0.9 0.3 + 0.1 0.2 = 0.29; v = 0.999 0.04 + 0.001 0.04 = 0.04; 1 - 0.9^3 = 0.271;
        // 1 - 0.999^3 = 2.997001e-3; update = 0.29 / 0.271 / (sqrt(0.04 / 2.997001e-3) + 1e-8) = 0.2929150
        Result result = run(ADAM, List.of(vector(0.4), vector(1)), List.of(vector(1), vector(0.3), vector(0.04)),
                step(0.01, 3, 0.5));
        Tolerance.ELEMENTWISE.check("parameter", vector(1 - 0.002929150), result.state(0));
        Tolerance.ELEMENTWISE.check("first moment", vector(0.29), result.state(1));
        Tolerance.ELEMENTWISE.check("second moment", vector(0.04), result.state(2));
    }

    @Test
    void adamMinimisesAParabola() {
        List<HostArray> states = List.of(vector(5, -3), vector(0, 0), vector(0, 0));
        for (int t = 1; t <= 500; t++) {
            HostArray gradient = states.getFirst().map(value -> 2 * (value - 1));
            states = run(ADAM, List.of(gradient, vector(1)), states, step(0.1, t, 1)).states();
        }
        assertArrayEquals(new double[] {1, 1}, states.getFirst().values(), 1e-2);
    }

    @Test
    void nesterovStep() {
        // v = 0.9 0.5 + 0.2 = 0.65; parameter -= 0.1 (0.2 + 0.9 0.65) = 0.0785
        Result result = run(NESTEROV, List.of(vector(0.4), vector(1)), List.of(vector(1), vector(0.5)),
                step(0.1, 7, 0.5));
        Tolerance.ELEMENTWISE.check("parameter", vector(0.9215), result.state(0));
        Tolerance.ELEMENTWISE.check("velocity", vector(0.65), result.state(1));
    }

    @Test
    void gradientsAreClippedByTheNorm() {
        // norm 4, clipped to 1: velocity becomes g / 4; below the clip norm nothing changes
        NesterovMomentum clipped = new NesterovMomentum(0.9, 1);
        HostArray gradient = vector(2, -6);
        List<HostArray> states = List.of(vector(0, 0), vector(0, 0));
        Tolerance.ELEMENTWISE.check("clipped", vector(0.5, -1.5),
                run(clipped, List.of(gradient, vector(4)), states, step(0.1, 1, 1)).state(1));
        Tolerance.ELEMENTWISE.check("not clipped", vector(2, -6),
                run(clipped, List.of(gradient, vector(0.5)), states, step(0.1, 1, 1)).state(1));
        List<HostArray> moments = List.of(vector(0, 0), vector(0, 0), vector(0, 0));
        Tolerance.ELEMENTWISE.check("clipped and scaled", vector(0.025, -0.075),
                run(new Adam(0.9, 0.999, 1e-8, 1), List.of(gradient, vector(4)), moments, step(0.1, 1, 0.5)).state(1));
        Tolerance.ELEMENTWISE.check("norm of 0", vector(0, 0),
                run(clipped, List.of(vector(0, 0), vector(0)), states, step(0.1, 1, 1)).state(1));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void nothingIsUpdatedWhereTheNormIsNotFinite(double norm) {
        HostArray gradient = vector(1, Double.NaN, 3);
        List<HostArray> states = List.of(vector(1, 2, 3), vector(4, 5, 6), vector(7, 8, 9));
        Result adam = run(ADAM, List.of(gradient, vector(norm)), states, step(0.1, 1, 1));
        Result nesterov = run(NESTEROV, List.of(gradient, vector(norm)), states.subList(0, 2), step(0.1, 1, 1));
        assertUnchanged(states, adam.states());
        assertUnchanged(states.subList(0, 2), nesterov.states());
    }

    private static void assertUnchanged(List<HostArray> before, List<HostArray> after) {
        for (int i = 0; i < before.size(); i++) {
            assertArrayEquals(before.get(i).values(), after.get(i).values());
        }
    }

    @Test
    void severalParametersAreUpdatedAsEachAlone() {
        List<Long> sizes = List.of(3L, 1025L, 1L, 4096L, 5003L);
        HostArray norm = vector(2);
        for (Op op : List.of(new Adam(0.9, 0.999, 1e-8, 1), new NesterovMomentum(0.9, 1))) {
            int statesEach = op instanceof Adam ? 3 : 2;
            List<HostArray> inputs = new ArrayList<>();
            List<HostArray> states = new ArrayList<>();
            for (long size : sizes) {
                inputs.add(HostArray.random(TensorSpec.rowMajor(size), size));
                for (int state = 0; state < statesEach; state++) {
                    states.add(HostArray.random(TensorSpec.rowMajor(size), size + state).map(Math::abs));
                }
            }
            inputs.add(norm);
            Result together = run(op, inputs, states, step(0.01, 5, 0.25));
            for (int i = 0; i < sizes.size(); i++) {
                List<HostArray> own = states.subList(i * statesEach, (i + 1) * statesEach);
                Result alone = run(op, List.of(inputs.get(i), norm), own, step(0.01, 5, 0.25));
                for (int state = 0; state < statesEach; state++) {
                    assertArrayEquals(alone.state(state).values(),
                            together.state(i * statesEach + state).values(), op + " of parameter " + i);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 3, 13, 31, 33, 1025})
    void updatesEqualTheReference(long elements) {
        TensorSpec spec = TensorSpec.rowMajor(elements);
        HostArray gradient = HostArray.random(spec, 1);
        HostArray norm = vector(Math.sqrt(DoubleStream.of(gradient.values()).map(g -> g * g).sum()));
        List<HostArray> states = List.of(HostArray.random(spec, 2), HostArray.random(spec, 3),
                HostArray.random(spec, 4).map(Math::abs));
        for (Op op : List.of(ADAM, new Adam(0.9, 0.999, 1e-8, 0.5))) {
            compare(Tolerance.ELEMENTWISE, op, List.of(gradient, norm), states, step(0.01, 5, 0.25));
        }
        for (Op op : List.of(NESTEROV, new NesterovMomentum(0.99, 0.5))) {
            compare(Tolerance.ELEMENTWISE, op, List.of(gradient, norm), states.subList(0, 2), step(0.01, 5, 0.25));
        }
    }
}
