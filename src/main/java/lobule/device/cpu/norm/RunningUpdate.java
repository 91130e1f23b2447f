package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.HostBuffer;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.BatchRenormStatistics;

/** From a channel's mean and variance to r, d and the new running statistics, as {@link BatchRenormStatistics} says. */
final class RunningUpdate {
    private final BatchRenormStatistics op;
    private final MemorySegment mean;
    private final MemorySegment deviation;
    private final MemorySegment flag;
    private final MemorySegment statistics;
    private final long channels;

    RunningUpdate(BatchRenormStatistics op, Operands operands) {
        this.op = op;
        this.mean = HostBuffer.segment(operands.state(0));
        this.deviation = HostBuffer.segment(operands.state(1));
        this.flag = HostBuffer.segment(operands.state(2));
        this.statistics = HostBuffer.segment(operands.output(0));
        this.channels = operands.state(0).spec().shape().size(0);
    }

    void channel(int c, double batchMean, double variance, Step step) {
        double batchDeviation = Math.sqrt(variance + op.epsilon());
        boolean first = flag.get(ValueLayout.JAVA_BYTE, 0) == 0;
        double runningMean = first ? batchMean : mean.getAtIndex(ValueLayout.JAVA_FLOAT, c);
        double runningDeviation = first ? batchDeviation : deviation.getAtIndex(ValueLayout.JAVA_FLOAT, c);
        put(BatchRenormStatistics.MEAN, c, batchMean);
        put(BatchRenormStatistics.DEVIATION, c, batchDeviation);
        put(BatchRenormStatistics.R, c, clamp(batchDeviation / runningDeviation, 1 / step.rMax, step.rMax));
        put(BatchRenormStatistics.D, c, clamp((batchMean - runningMean) / runningDeviation, -step.dMax, step.dMax));
        mean.setAtIndex(ValueLayout.JAVA_FLOAT, c,
                (float) (runningMean + op.momentum() * (batchMean - runningMean)));
        deviation.setAtIndex(ValueLayout.JAVA_FLOAT, c,
                (float) (runningDeviation + op.momentum() * (batchDeviation - runningDeviation)));
    }

    /** The running statistics hold something now. */
    void finish() {
        flag.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    }

    /** Lets NaN through. */
    private static double clamp(double value, double low, double high) {
        return Math.min(Math.max(value, low), high);
    }

    private void put(int row, int c, double value) {
        statistics.setAtIndex(ValueLayout.JAVA_FLOAT, row * channels + c, (float) value);
    }
}
