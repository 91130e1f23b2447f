package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import lobule.device.HostBuffer;
import lobule.device.Operands;
import lobule.device.cpu.machine.Lanes;
import lobule.op.BatchRenormStatistics;

/**
 * The numbers a channel is normalised with, repeated over a period: y = (x - mean) scale + shift, where scale =
 * gamma r / sigma_B and shift = gamma d + beta. Subtracting the mean first keeps digits where it is large.
 */
final class NormCoefficients {
    private final ChannelPattern pattern;
    private final MemorySegment statistics;
    private final MemorySegment gamma;
    private final MemorySegment beta;
    final float[] mean;
    final float[] scale;
    final float[] shift;
    /** 1 / sigma_B. */
    final float[] inverse;

    private NormCoefficients(ChannelPattern pattern, MemorySegment statistics, MemorySegment gamma,
                             MemorySegment beta) {
        this.pattern = pattern;
        this.statistics = statistics;
        this.gamma = gamma;
        this.beta = beta;
        this.mean = pattern.coefficients();
        this.scale = pattern.coefficients();
        this.shift = pattern.coefficients();
        this.inverse = pattern.coefficients();
    }

    /** Of a node whose inputs begin with x, statistics, gamma, beta. */
    static NormCoefficients of(ChannelPattern pattern, Operands operands) {
        return new NormCoefficients(pattern, HostBuffer.segment(operands.input(1)),
                HostBuffer.segment(operands.input(2)), HostBuffer.segment(operands.input(3)));
    }

    /** Reads statistics and parameters as they are now. */
    void update() {
        for (int c = 0; c < pattern.channels(); c++) {
            float inverseDeviation = 1 / statistic(BatchRenormStatistics.DEVIATION, c);
            float g = gamma.getAtIndex(ValueLayout.JAVA_FLOAT, c);
            mean[c] = statistic(BatchRenormStatistics.MEAN, c);
            inverse[c] = inverseDeviation;
            scale[c] = g * r(c) * inverseDeviation;
            shift[c] = g * d(c) + beta.getAtIndex(ValueLayout.JAVA_FLOAT, c);
        }
        pattern.repeat(mean);
        pattern.repeat(inverse);
        pattern.repeat(scale);
        pattern.repeat(shift);
    }

    /** max(y, 0) of x, for the channels from {@code c} on. */
    FloatVector rectified(FloatVector x, int c) {
        return x.sub(FloatVector.fromArray(Lanes.FLOATS, mean, c)).fma(FloatVector.fromArray(Lanes.FLOATS, scale, c),
                FloatVector.fromArray(Lanes.FLOATS, shift, c)).max(0);
    }

    /** y = max((x - mean) scale + shift, floor) over {@code count} elements from channel 0 on; y may be x. */
    void normalise(MemorySegment x, long from, MemorySegment y, long to, long count, float floor) {
        long whole = count / pattern.period() * pattern.period();
        FloatVector lowest = FloatVector.broadcast(Lanes.FLOATS, floor);
        for (long row = 0; row < whole; row += pattern.period()) {
            for (int i = 0; i < pattern.period(); i += Lanes.COUNT) {
                FloatVector centred = Lanes.load(x, from + row + i).sub(FloatVector.fromArray(Lanes.FLOATS, mean, i));
                FloatVector factor = FloatVector.fromArray(Lanes.FLOATS, scale, i);
                FloatVector summand = FloatVector.fromArray(Lanes.FLOATS, shift, i);
                Lanes.store(centred.fma(factor, summand).max(lowest), y, to + row + i);
            }
        }
        for (long i = whole; i < count; i++) {
            int c = (int) (i - whole);
            float centred = x.getAtIndex(ValueLayout.JAVA_FLOAT, from + i) - mean[c];
            y.setAtIndex(ValueLayout.JAVA_FLOAT, to + i, Math.max(Math.fma(centred, scale[c], shift[c]), floor));
        }
    }

    float r(int channel) {
        return statistic(BatchRenormStatistics.R, channel);
    }

    float d(int channel) {
        return statistic(BatchRenormStatistics.D, channel);
    }

    private float statistic(int row, int channel) {
        return statistics.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * pattern.channels() + channel);
    }
}
