package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
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

    NormCoefficients(ChannelPattern pattern, MemorySegment statistics, MemorySegment gamma, MemorySegment beta) {
        this.pattern = pattern;
        this.statistics = statistics;
        this.gamma = gamma;
        this.beta = beta;
        this.mean = pattern.coefficients();
        this.scale = pattern.coefficients();
        this.shift = pattern.coefficients();
        this.inverse = pattern.coefficients();
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

    /** x - mean, for the channels from {@code c} on. */
    FloatVector centred(FloatVector x, int c) {
        return x.sub(FloatVector.fromArray(Lanes.FLOATS, mean, c));
    }

    /** y of {@link #centred} values. */
    FloatVector output(FloatVector centred, int c) {
        return centred.fma(FloatVector.fromArray(Lanes.FLOATS, scale, c),
                FloatVector.fromArray(Lanes.FLOATS, shift, c));
    }

    /** max(y, 0). */
    FloatVector rectified(FloatVector x, int c) {
        return output(centred(x, c), c).max(0);
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
