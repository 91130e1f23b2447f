package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.op.BatchRenormStatistics;

/** Running statistics in the form of a batch's. */
public final class CpuRunningStatistics implements Kernel {

    @Override
    public Launch bind(Operands operands) {
        MemorySegment mean = HostBuffer.segment(operands.input(0));
        MemorySegment deviation = HostBuffer.segment(operands.input(1));
        MemorySegment statistics = HostBuffer.segment(operands.output(0));
        long channels = operands.input(0).spec().shape().size(0);
        long row = channels * Float.BYTES;
        return step -> {
            MemorySegment.copy(mean, 0, statistics, BatchRenormStatistics.MEAN * row, row);
            MemorySegment.copy(deviation, 0, statistics, BatchRenormStatistics.DEVIATION * row, row);
            for (long c = 0; c < channels; c++) {
                statistics.setAtIndex(ValueLayout.JAVA_FLOAT, BatchRenormStatistics.R * channels + c, 1);
                statistics.setAtIndex(ValueLayout.JAVA_FLOAT, BatchRenormStatistics.D * channels + c, 0);
            }
        };
    }
}
