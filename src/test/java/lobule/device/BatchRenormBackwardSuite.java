package lobule.device;

import static lobule.device.BatchRenormSuite.STATISTICS;
import static lobule.device.BatchRenormSuite.awayFromTheKink;
import static lobule.device.BatchRenormSuite.beta;
import static lobule.device.BatchRenormSuite.gamma;
import static lobule.device.BatchRenormSuite.input;
import static lobule.device.BatchRenormSuite.states;
import static lobule.device.BatchRenormSuite.statistics;
import static lobule.device.BatchRenormSuite.vector;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import lobule.device.OpRunner.Result;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormBackward;
import lobule.op.Dropout;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link BatchRenormBackward}. */
abstract class BatchRenormBackwardSuite extends OpSuite {

    static Stream<Shape> shapes() {
        return BatchRenormSuite.shapes();
    }

    private static List<HostArray> inputs(HostArray x, HostArray dy) {
        Shape shape = x.spec().shape();
        return List.of(x, statistics(x), gamma(shape), beta(shape), dy);
    }

    /** What earlier mini-batches left in dgamma and dbeta. */
    private static List<HostArray> gradients(Shape shape) {
        return List.of(HostArray.random(TensorSpec.rowMajor(shape.channels()), 21),
                HostArray.random(TensorSpec.rowMajor(shape.channels()), 22));
    }

    @Test
    void recordedValues() {
        // xbar = (-1, 1); sum dy = 4, sum dy xbar = 2; scale = gamma r / sigma = 4 * 2 / 2
        HostArray x = HostArray.of(activation(1, 1, 1, 2), 1, 5);
        HostArray statistics = HostArray.of(TensorSpec.rowMajor(4, 1), 3, 2, 2, 0.5);
        HostArray dy = HostArray.of(activation(1, 1, 1, 2), 1, 3);
        Result result = run(new BatchRenormBackward(false), List.of(x, statistics, vector(4), vector(0), dy),
                List.of(vector(100), vector(200)), step());
        assertArrayEquals(new double[] {4 * (1 - 2 + 1), 4 * (3 - 2 - 1)}, result.output().values(), 1e-6);
        assertArrayEquals(new double[] {2 * 2 + 0.5 * 4}, result.state(0).values(), 1e-6);
        assertArrayEquals(new double[] {4}, result.state(1).values(), 1e-6);
        Result accumulated = run(new BatchRenormBackward(false), List.of(x, statistics, vector(4), vector(0), dy),
                List.of(vector(100), vector(200)), accumulating());
        assertArrayEquals(new double[] {106}, accumulated.state(0).values(), 1e-5);
        assertArrayEquals(new double[] {204}, accumulated.state(1).values(), 1e-5);
    }

    @Test
    void reluBlocksWhereTheOutputIsNotAboveZero() {
        // outputs are -8, 0 and 8: only the last passes
        HostArray x = HostArray.of(activation(1, 1, 1, 3), 1, 3, 5);
        HostArray statistics = HostArray.of(TensorSpec.rowMajor(4, 1), 3, 1, 1, 0);
        HostArray dy = HostArray.of(activation(1, 1, 1, 3), 10, 20, 30);
        Result result = run(new BatchRenormBackward(true), List.of(x, statistics, vector(4), vector(0), dy),
                List.of(vector(0), vector(0)), step());
        assertEquals(30, result.state(1).get(0));
        assertEquals(60, result.state(0).get(0));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void equalsTheReference(Shape shape) {
        HostArray x = awayFromTheKink(input(shape, 1));
        HostArray dy = HostArray.random(activation(shape), 2);
        Tolerance tolerance = Tolerance.sum(shape.batch() * shape.voxels());
        for (boolean fixed : new boolean[] {false, true}) {
            for (boolean relu : new boolean[] {false, true}) {
                BatchRenormBackward op = new BatchRenormBackward(relu, Optional.empty(), fixed);
                compare(tolerance, op, inputs(x, dy), gradients(shape), step());
                compare(tolerance, op, inputs(x, dy), gradients(shape), accumulating());
            }
        }
    }

    /** Of the parameters the gradients are the same; that of x is dy times the slope. */
    @Test
    void recordedValuesOverFixedStatistics() {
        HostArray x = HostArray.of(activation(1, 1, 1, 2), 1, 5);
        HostArray statistics = HostArray.of(TensorSpec.rowMajor(4, 1), 3, 2, 2, 0.5);
        HostArray dy = HostArray.of(activation(1, 1, 1, 2), 1, 3);
        Result result = run(new BatchRenormBackward(false, Optional.empty(), true),
                List.of(x, statistics, vector(4), vector(0), dy), List.of(vector(100), vector(200)), step());
        assertArrayEquals(new double[] {4, 12}, result.output().values(), 1e-6);
        assertArrayEquals(new double[] {6}, result.state(0).values(), 1e-6);
        assertArrayEquals(new double[] {4}, result.state(1).values(), 1e-6);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void fusedDropoutIsThatOfTheSeparateOps(Shape shape) {
        HostArray x = awayFromTheKink(input(shape, 1));
        HostArray dy = HostArray.random(activation(shape), 2);
        Tolerance tolerance = Tolerance.sum(shape.batch() * shape.voxels());
        Step step = new Step();
        step.seed = -1;
        step.microStep = 0x1_0000_0005L;
        Dropout dropout = new Dropout(0.3, 3);
        HostArray kept = run(dropout, List.of(dy), List.of(), step).output();
        for (boolean relu : new boolean[] {false, true}) {
            for (boolean fixed : new boolean[] {false, true}) {
                BatchRenormBackward fused = new BatchRenormBackward(relu, Optional.of(dropout), fixed);
                Result result = run(fused, inputs(x, dy), gradients(shape), step);
                Result expected = run(new BatchRenormBackward(relu, Optional.empty(), fixed), inputs(x, kept),
                        gradients(shape), step);
                tolerance.check("dx", expected.output(), result.output());
                tolerance.check("dgamma", expected.state(0), result.state(0));
                tolerance.check("dbeta", expected.state(1), result.state(1));
                step.accumulate = true;
                compare(tolerance, fused, inputs(x, dy), gradients(shape), step);
                step.accumulate = false;
            }
        }
    }

    @Test
    void stableFarFromZero() {
        Shape shape = Shape.of(1, 2, 3, 5, 13);
        HostArray x = HostArray.random(activation(shape), 1).map(value -> 1e4 + value);
        HostArray dy = HostArray.random(activation(shape), 2);
        compare(Tolerance.sum(shape.voxels()), new BatchRenormBackward(false), inputs(x, dy), gradients(shape), step());
    }

    @Test
    void constantChannelHasAFiniteGradient() {
        Shape shape = Shape.of(1, 1, 3, 5, 13);
        HostArray x = HostArray.filled(activation(shape), 0.1);
        HostArray dy = HostArray.random(activation(shape), 2);
        HostArray statistics = HostArray.of(TensorSpec.rowMajor(4, 1), 0.1, Math.sqrt(1e-3), 1, 0);
        Result result = run(new BatchRenormBackward(false), List.of(x, statistics, vector(1), vector(0), dy),
                gradients(shape), step());
        double mean = Arrays.stream(dy.values()).average().orElseThrow();
        double[] expected = Arrays.stream(dy.values()).map(value -> (value - mean) / Math.sqrt(1e-3)).toArray();
        Tolerance.sum(shape.voxels()).check("dx", HostArray.of(dy.spec(), expected), result.output());
    }

    @Test
    void gradientsAreSlopesWithTheBatchsOwnStatistics() {
        slopes(Shape.of(2, 2, 3, 2, 3), BatchRenormSuite.uninitialised(2), new Step());
    }

    /** Running statistics so far off that r and d stay at their clips, constants also for the differences. */
    @Test
    void gradientsAreSlopesWithClippedCorrections() {
        slopes(Shape.of(3, 2, 2, 3), states(vector(9, -9), vector(0.1, 0.1), true), BatchRenormSuite.step(1.5, 0.25));
    }

    private void slopes(Shape shape, List<HostArray> states, Step step) {
        HostArray x = input(shape, 3);
        HostArray dy = HostArray.random(activation(shape), 4);
        HostArray gamma = gamma(shape);
        HostArray beta = beta(shape);
        HostArray y = forward(false, x, gamma, beta, states, step);
        double nearest = Arrays.stream(y.values()).map(Math::abs).min().orElseThrow();
        assertTrue(nearest > 0.01, "an output of " + nearest + " is too near the kink of ReLU for differences");
        HostArray statistics = runOnReference(STATISTICS, List.of(x), states, step).output();
        for (boolean relu : new boolean[] {false, true}) {
            Result result = run(new BatchRenormBackward(relu), List.of(x, statistics, gamma, beta, dy),
                    gradients(shape), step);
            FiniteDifferences.verify("dx", result.output(), x, 0.004,
                    changed -> dot(dy, forward(relu, changed, gamma, beta, states, step)));
            FiniteDifferences.verify("dgamma", result.state(0), gamma, 0.004,
                    changed -> dot(dy, forward(relu, x, changed, beta, states, step)));
            FiniteDifferences.verify("dbeta", result.state(1), beta, 0.004,
                    changed -> dot(dy, forward(relu, x, gamma, changed, states, step)));
        }
    }

    private HostArray forward(boolean relu, HostArray x, HostArray gamma, HostArray beta, List<HostArray> states,
                              Step step) {
        HostArray statistics = runOnReference(STATISTICS, List.of(x), states, step).output();
        return runOnReference(new BatchRenorm(relu), x, statistics, gamma, beta).output();
    }
}
