package lobule.device;

import static lobule.op.BatchRenormStatistics.D;
import static lobule.op.BatchRenormStatistics.DEVIATION;
import static lobule.op.BatchRenormStatistics.MEAN;
import static lobule.op.BatchRenormStatistics.R;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lobule.device.OpRunner.Result;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormStatistics;
import lobule.op.Dropout;
import lobule.op.RunningStatistics;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link BatchRenormStatistics}, {@link RunningStatistics} and {@link BatchRenorm}, forward. */
abstract class BatchRenormSuite extends OpSuite {
    static final double EPSILON = 1e-3;
    static final BatchRenormStatistics STATISTICS = new BatchRenormStatistics(EPSILON, 0.01);

    static Stream<Shape> shapes() {
        return Stream.of(Shape.of(1, 1, 1, 1, 3), Shape.of(3, 2, 3, 1, 13), Shape.of(1, 5, 13, 3, 31),
                Shape.of(1, 8, 13, 13, 13), Shape.of(3, 16, 3, 31, 3), Shape.of(1, 17, 5, 3, 33),
                Shape.of(1, 33, 3, 13, 3), Shape.of(1, 24, 31, 33), Shape.of(3, 7, 13, 1), Shape.of(1, 3, 33, 31),
                Shape.of(2, 64, 6, 7, 5));
    }

    static Step step(double rMax, double dMax) {
        Step step = new Step();
        step.rMax = rMax;
        step.dMax = dMax;
        return step;
    }

    /** Running mean, running deviation and flag. */
    static List<HostArray> states(HostArray mean, HostArray deviation, boolean initialised) {
        return List.of(mean, deviation, HostArray.of(TensorSpec.rowMajor(DType.UINT8, 1), initialised ? 1 : 0));
    }

    static List<HostArray> states(double mean, double deviation, boolean initialised) {
        return states(vector(mean), vector(deviation), initialised);
    }

    /** States no batch has touched: poisoned, since they must not be read. */
    static List<HostArray> uninitialised(long channels) {
        HostArray nan = HostArray.filled(TensorSpec.rowMajor(channels), Double.NaN);
        return states(nan, nan, false);
    }

    static HostArray vector(double... values) {
        return HostArray.of(TensorSpec.rowMajor(values.length), values);
    }

    /** Values with a mean and deviation of their own in each channel. */
    static HostArray input(Shape shape, long seed) {
        HostArray normal = HostArray.random(activation(shape), seed);
        return HostArray.generated(normal.spec(), i -> {
            long channel = i / shape.voxels() % shape.channels();
            return normal.get(i) * (0.5 + channel % 3) + channel % 5 - 2;
        });
    }

    static HostArray gamma(Shape shape) {
        return HostArray.random(TensorSpec.rowMajor(shape.channels()), 11).map(value -> 1 + 0.3 * value);
    }

    static HostArray beta(Shape shape) {
        return HostArray.random(TensorSpec.rowMajor(shape.channels()), 12).map(value -> 0.3 * value);
    }

    /** Statistics (4, C) of a batch with r and d away from 1 and 0, computed here. */
    static HostArray statistics(HostArray x) {
        Shape shape = x.spec().shape();
        int channels = Math.toIntExact(shape.channels());
        return HostArray.generated(TensorSpec.rowMajor(4, channels), i -> switch (i / channels) {
            case 0 -> mean(x, i % channels);
            case 1 -> Math.sqrt(variance(x, i % channels) + EPSILON);
            case 2 -> 1 + 0.1 * (i % 3 - 1);
            default -> 0.2 * (i % 3 - 1);
        });
    }

    /** gamma ((x - mu) / sigma r + d) + beta, computed here. */
    static HostArray normalised(HostArray x, HostArray statistics, HostArray gamma, HostArray beta) {
        Shape shape = x.spec().shape();
        int channels = Math.toIntExact(shape.channels());
        return HostArray.generated(x.spec(), i -> {
            int c = Math.toIntExact(i / shape.voxels() % channels);
            double xbar = (x.get(i) - statistics.get(MEAN * channels + c)) / statistics.get(DEVIATION * channels + c);
            return gamma.get(c) * (xbar * statistics.get(R * channels + c) + statistics.get(D * channels + c))
                    + beta.get(c);
        });
    }

    /** Moves x where its normalised value is so near 0 that rounding decides whether ReLU passes. */
    static HostArray awayFromTheKink(HostArray x) {
        Shape shape = x.spec().shape();
        HostArray moved = x;
        for (int attempt = 0; attempt < 5; attempt++) {
            HostArray current = moved;
            HostArray y = normalised(current, statistics(current), gamma(shape), beta(shape));
            moved = HostArray.generated(x.spec(),
                    i -> current.get(i) + (Math.abs(y.get(i)) < 1e-3 ? 0.1 : 0));
        }
        return moved;
    }

    private static double mean(HostArray x, int channel) {
        return channel(x, channel).average().orElseThrow();
    }

    private static double variance(HostArray x, int channel) {
        double mean = mean(x, channel);
        return channel(x, channel).map(value -> (value - mean) * (value - mean)).average().orElseThrow();
    }

    private static DoubleStream channel(HostArray x, int channel) {
        Shape shape = x.spec().shape();
        return IntStream.range(0, x.values().length)
                .filter(i -> i / shape.voxels() % shape.channels() == channel).mapToDouble(x::get);
    }

    @Test
    void firstBatchSetsTheRunningStatistics() {
        Result result = run(STATISTICS, List.of(HostArray.of(activation(2, 1, 1, 2), 1, 2, 3, 4)), uninitialised(1),
                step(3, 5));
        double deviation = Math.sqrt(1.25 + EPSILON);
        Tolerance.ELEMENTWISE.check("statistics", HostArray.of(TensorSpec.rowMajor(4, 1), 2.5, deviation, 1, 0),
                result.output());
        Tolerance.ELEMENTWISE.check("running mean", vector(2.5), result.state(0));
        Tolerance.ELEMENTWISE.check("running deviation", vector(deviation), result.state(1));
        assertEquals(1, result.state(2).get(0));
    }

    @Test
    void runningStatisticsFollowLaterBatches() {
        Result result = run(STATISTICS, List.of(HostArray.of(activation(2, 1, 1, 2), 1, 2, 3, 4)), states(2, 1, true),
                step(3, 5));
        // sigma_B = sqrt(1.251) = 1.1184811
        Tolerance.ELEMENTWISE.check("statistics", HostArray.of(TensorSpec.rowMajor(4, 1), 2.5, 1.1184811, 1.1184811,
                0.5), result.output());
        Tolerance.ELEMENTWISE.check("running mean", vector(2.005), result.state(0));
        Tolerance.ELEMENTWISE.check("running deviation", vector(1.001184811), result.state(1));
        assertEquals(1, result.state(2).get(0));
    }

    @Test
    void correctionsAreClipped() {
        HostArray x = HostArray.of(activation(2, 1, 1, 2), 1, 2, 3, 4);
        assertCorrections(1.05, 0.3, x, states(2, 1, true), step(1.05, 0.3));
        assertCorrections(1 / 1.05, -0.3, x, states(3.5, 2, true), step(1.05, 0.3));
        assertCorrections(1, 0, x, states(-7, 9, true), step(1, 0));
    }

    private void assertCorrections(double r, double d, HostArray x, List<HostArray> states, Step step) {
        double[] statistics = run(STATISTICS, List.of(x), states, step).output().values();
        assertEquals((float) r, statistics[R], 1e-7);
        assertEquals((float) d, statistics[D], 1e-7);
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void statisticsEqualTheirDefinition(Shape shape) {
        HostArray x = input(shape, 1);
        HostArray expected = statistics(x);
        double[] actual = run(STATISTICS, List.of(x), uninitialised(shape.channels()), step(3, 5)).output().values();
        for (int i = 0; i < 2 * shape.channels(); i++) {
            String what = i < shape.channels() ? "mean " : "deviation ";
            Tolerance.ELEMENTWISE.check(what + i % shape.channels(), new double[] {expected.get(i)},
                    new double[] {actual[i]}, Math.max(1, Math.abs(expected.get(i))));
        }
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void statisticsEqualTheReference(Shape shape) {
        HostArray mean = HostArray.random(TensorSpec.rowMajor(shape.channels()), 5);
        HostArray deviation = mean.map(value -> 1 + 0.5 * Math.abs(value));
        List<HostArray> x = List.of(input(shape, 1));
        compare(Tolerance.ELEMENTWISE, STATISTICS, x, states(mean, deviation, true), step(1.5, 2));
        compare(Tolerance.ELEMENTWISE, STATISTICS, x, uninitialised(shape.channels()), step(3, 5));
    }

    @Test
    void statisticsAreStableFarFromZero() {
        Shape shape = Shape.of(1, 3, 13, 31, 33);
        HostArray normal = HostArray.random(activation(shape), 1);
        HostArray x = normal.map(value -> 1e4 + value);
        HostArray expected = statistics(x);
        HostArray actual = run(STATISTICS, List.of(x), uninitialised(3), step(3, 5)).output();
        for (int c = 0; c < 3; c++) {
            Tolerance.ELEMENTWISE.check("mean", new double[] {expected.get(MEAN * 3 + c)},
                    new double[] {actual.get(MEAN * 3 + c)}, 1e4);
            Tolerance.ELEMENTWISE.check("deviation", new double[] {expected.get(DEVIATION * 3 + c)},
                    new double[] {actual.get(DEVIATION * 3 + c)}, 1);
        }
    }

    @Test
    void normalisationIsStableFarFromZero() {
        Shape shape = Shape.of(1, 2, 3, 5, 13);
        HostArray x = HostArray.random(activation(shape), 1).map(value -> 1e4 + value);
        compare(Tolerance.ELEMENTWISE, new BatchRenorm(false), List.of(x, statistics(x), gamma(shape), beta(shape)),
                List.of(), step());
    }

    @Test
    void constantChannelNormalisesToItsShift() {
        Shape shape = Shape.of(1, 2, 3, 5, 13);
        HostArray x = HostArray.generated(activation(shape), i -> i < shape.voxels() ? 0.1 : -7e3);
        HostArray statistics = run(STATISTICS, List.of(x), uninitialised(2), step(3, 5)).output();
        assertEquals(Math.sqrt(EPSILON), statistics.get(DEVIATION * 2), 1e-7);
        assertEquals(Math.sqrt(EPSILON), statistics.get(DEVIATION * 2 + 1), 1e-7);
        double[] y = run(new BatchRenorm(false), x, statistics, gamma(shape), vector(0.25, -0.5)).output().values();
        for (int i = 0; i < y.length; i++) {
            assertEquals(i < shape.voxels() ? 0.25 : -0.5, y[i], 1e-5);
        }
    }

    @Test
    void recordedNormalisation() {
        HostArray x = HostArray.of(activation(1, 2, 1, 2), 1, 5, 1, -3);
        HostArray statistics = HostArray.of(TensorSpec.rowMajor(4, 2), 3, 1, 2, 4, 1.5, 1, 0.25, -1);
        // first: 2 ((x - 3) / 2 1.5 + 0.25) + 0.5; second: -1 ((x - 1) / 4 - 1) + 0
        assertArrayEquals(new double[] {-2, 4, 1, 2}, run(new BatchRenorm(false), x, statistics, vector(2, -1),
                vector(0.5, 0)).output().values());
        assertArrayEquals(new double[] {0, 4, 1, 2}, run(new BatchRenorm(true), x, statistics, vector(2, -1),
                vector(0.5, 0)).output().values());
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void normalisationEqualsTheReference(Shape shape) {
        HostArray x = input(shape, 1);
        List<HostArray> inputs = List.of(x, statistics(x), gamma(shape), beta(shape));
        compare(Tolerance.ELEMENTWISE, new BatchRenorm(false), inputs, List.of(), step());
        compare(Tolerance.ELEMENTWISE, new BatchRenorm(true), inputs, List.of(), step());
    }

    /** A rate of 1/2 scales by 2, which rounds nothing. */
    @ParameterizedTest
    @MethodSource("shapes")
    void fusedDropoutIsDropoutOfTheOutput(Shape shape) {
        HostArray x = input(shape, 1);
        List<HostArray> inputs = List.of(x, statistics(x), gamma(shape), beta(shape));
        Step step = new Step();
        step.seed = 0x123456789ABCDEF0L;
        step.microStep = 7;
        for (boolean relu : new boolean[] {false, true}) {
            HostArray y = run(new BatchRenorm(relu), inputs, List.of(), step).output();
            Dropout half = new Dropout(0.5, 3);
            requireFused("y", run(half, List.of(y), List.of(), step).output(),
                    run(new BatchRenorm(relu, Optional.of(half)), inputs, List.of(), step).output());
            Dropout other = new Dropout(0.3, 4);
            Tolerance.ELEMENTWISE.check("y", run(other, List.of(y), List.of(), step).output(),
                    run(new BatchRenorm(relu, Optional.of(other)), inputs, List.of(), step).output());
            compare(Tolerance.ELEMENTWISE, new BatchRenorm(relu, Optional.of(other)), inputs, List.of(), step);
        }
    }

    @Test
    void normalisedBatchHasMeanZeroAndDeviationOne() {
        Shape shape = Shape.of(3, 5, 3, 13, 7);
        HostArray x = input(shape, 1);
        HostArray statistics = run(STATISTICS, List.of(x), uninitialised(5), step(3, 5)).output();
        HostArray y = run(new BatchRenorm(false), x, statistics, vector(1, 1, 1, 1, 1), vector(0, 0, 0, 0, 0)).output();
        for (int c = 0; c < 5; c++) {
            assertEquals(0, mean(y, c), 1e-6);
            assertEquals(1, variance(y, c), 1e-2, "below 1 by the epsilon");
        }
    }

    @Test
    void notANumberIsNotHiddenByRelu() {
        HostArray x = HostArray.of(activation(1, 1, 1, 2), Double.NaN, 1);
        HostArray statistics = HostArray.of(TensorSpec.rowMajor(4, 1), 0, 1, 1, 0);
        assertArrayEquals(new double[] {Double.NaN, 1},
                run(new BatchRenorm(true), x, statistics, vector(1), vector(0)).output().values());
    }

    @Test
    void inferenceUsesRunningStatistics() {
        HostArray statistics = run(new RunningStatistics(), vector(1, -2, 3), vector(0.5, 2, 1)).output();
        assertArrayEquals(new double[] {1, -2, 3, 0.5, 2, 1, 1, 1, 1, 0, 0, 0}, statistics.values());
    }
}
