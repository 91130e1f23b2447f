package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.BatchRenormStatistics;

/** Rows: running mean, running deviation, r = 1, d = 0. */
final class ReferenceRunningStatistics implements Launch {
    private final MemorySegment mean;
    private final MemorySegment deviation;
    private final MemorySegment statistics;

    ReferenceRunningStatistics(Operands operands) {
        this.mean = HostBuffer.segment(operands.input(0));
        this.deviation = HostBuffer.segment(operands.input(1));
        this.statistics = HostBuffer.segment(operands.output(0));
    }

    @Override
    public void run(Step step) {
        long channels = mean.byteSize() / Float.BYTES;
        for (long c = 0; c < channels; c++) {
            put(BatchRenormStatistics.MEAN * channels + c, mean.getAtIndex(JAVA_FLOAT, c));
            put(BatchRenormStatistics.DEVIATION * channels + c, deviation.getAtIndex(JAVA_FLOAT, c));
            put(BatchRenormStatistics.R * channels + c, 1);
            put(BatchRenormStatistics.D * channels + c, 0);
        }
    }

    private void put(long index, float value) {
        statistics.setAtIndex(JAVA_FLOAT, index, value);
    }
}
