package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.BatchRenormStatistics;

/** mu_B, sigma_B, r and d of each channel, and the update of the running statistics. */
final class ReferenceBatchRenormStatistics implements Launch {
    private final BatchRenormStatistics op;
    private final HostTensor x;
    private final MemorySegment runningMean;
    private final MemorySegment runningDeviation;
    private final MemorySegment flag;
    private final MemorySegment statistics;
    private final Parallel parallel;

    ReferenceBatchRenormStatistics(BatchRenormStatistics op, Operands operands, Parallel parallel) {
        this.op = op;
        this.x = HostTensor.of(operands.input(0));
        this.runningMean = HostBuffer.segment(operands.state(0));
        this.runningDeviation = HostBuffer.segment(operands.state(1));
        this.flag = HostBuffer.segment(operands.state(2));
        this.statistics = HostBuffer.segment(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        boolean initialised = flag.get(JAVA_BYTE, 0) != 0;
        parallel.forEach(x.extents().c(), c -> channel(c, initialised, step));
        flag.set(JAVA_BYTE, 0, (byte) 1);
    }

    private void channel(long c, boolean initialised, Step step) {
        double batchMean = ChannelSum.of(x.extents(), c, index -> x.get(index)) / x.extents().valuesPerChannel();
        // The second pass keeps the variance exact where the mean is large against the deviation.
        double variance = ChannelSum.of(x.extents(), c, index -> square(x.get(index) - batchMean))
                / x.extents().valuesPerChannel();
        double batchDeviation = Math.sqrt(variance + op.epsilon());
        double mean = initialised ? runningMean.getAtIndex(JAVA_FLOAT, c) : batchMean;
        double deviation = initialised ? runningDeviation.getAtIndex(JAVA_FLOAT, c) : batchDeviation;
        put(BatchRenormStatistics.MEAN, c, batchMean);
        put(BatchRenormStatistics.DEVIATION, c, batchDeviation);
        put(BatchRenormStatistics.R, c, Math.clamp(batchDeviation / deviation, 1 / step.rMax, step.rMax));
        put(BatchRenormStatistics.D, c, Math.clamp((batchMean - mean) / deviation, -step.dMax, step.dMax));
        runningMean.setAtIndex(JAVA_FLOAT, c, (float) (mean + op.momentum() * (batchMean - mean)));
        runningDeviation.setAtIndex(JAVA_FLOAT, c,
                (float) (deviation + op.momentum() * (batchDeviation - deviation)));
    }

    private static double square(double value) {
        return value * value;
    }

    private void put(int row, long c, double value) {
        statistics.setAtIndex(JAVA_FLOAT, row * x.extents().c() + c, (float) value);
    }
}
