package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.machine.WorkerPool;
import lobule.op.BatchRenormStatistics;
import lobule.tensor.Shape;

/**
 * Mean and variance of each channel in one pass over memory: each chunk, while it is in the cache, gives a rough mean,
 * and then the sums of deviations from it and of their squares; the chunks are put together in double by the formula of
 * Chan et al. (1979). Stable for any mean and any number of voxels. Workspace: {@link ChannelRows}.
 */
public final class CpuBatchRenormStatistics implements Kernel {
    private static final int ROUGH_MEAN = 0;
    private static final int DEVIATIONS = 1;
    private static final int SQUARES = 2;
    private static final int ROWS = 3;

    private final WorkerPool workers;
    private final BatchRenormStatistics op;
    private final ChannelPattern pattern;

    public CpuBatchRenormStatistics(WorkerPool workers, BatchRenormStatistics op, Shape x) {
        this.workers = workers;
        this.op = op;
        this.pattern = new ChannelPattern(x);
    }

    @Override
    public long workspaceBytes() {
        return ChannelRows.bytes(pattern, pattern.chunks(), ROWS);
    }

    @Override
    public Launch bind(Operands operands) {
        MemorySegment x = HostBuffer.segment(operands.input(0));
        ChannelRows rows = new ChannelRows(pattern, pattern.chunks(), ROWS,
                Memory.workspace(operands, workspaceBytes()));
        RunningUpdate update = new RunningUpdate(op, operands);
        WorkerPool.Chunks chunks = chunk -> measure(x, rows, chunk);
        return step -> {
            workers.run(pattern.chunks(), chunks);
            combine(rows, update, step);
        };
    }

    private void measure(MemorySegment x, ChannelRows rows, int chunk) {
        long start = pattern.start(chunk);
        long tail = pattern.tail(chunk);
        long end = pattern.start(chunk + 1);
        int block = ChannelPattern.UNROLL * Lanes.COUNT;
        for (int i = 0; i < pattern.period(); i += block) {
            sums(x, rows, chunk, i, start, tail);
        }
        for (long i = tail; i < end; i++) {
            rows.add(chunk, ROUGH_MEAN, (int) (i - tail), x.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
        for (int c = 0; c < pattern.channels(); c++) {
            double mean = rows.fold(chunk, ROUGH_MEAN, c) / pattern.valuesPerChannel(chunk);
            rows.set(chunk, ROUGH_MEAN, c, (float) mean);
        }
        for (int i = 0; i < pattern.period(); i += Lanes.COUNT) {
            deviations(x, rows, chunk, i, start, tail);
        }
        for (long i = tail; i < end; i++) {
            int position = (int) (i - tail);
            float deviation = x.getAtIndex(ValueLayout.JAVA_FLOAT, i) - rows.get(chunk, ROUGH_MEAN, position);
            rows.add(chunk, DEVIATIONS, position, deviation);
            rows.add(chunk, SQUARES, position, deviation * deviation);
        }
    }

    /** Sums of one block of a period's columns, down the chunk's whole periods. */
    private void sums(MemorySegment x, ChannelRows rows, int chunk, int block, long start, long end) {
        FloatVector a = FloatVector.zero(Lanes.FLOATS);
        FloatVector b = a;
        FloatVector c = a;
        FloatVector d = a;
        for (long i = start + block; i < end; i += pattern.period()) {
            a = a.add(Lanes.load(x, i));
            b = b.add(Lanes.load(x, i + Lanes.COUNT));
            c = c.add(Lanes.load(x, i + 2L * Lanes.COUNT));
            d = d.add(Lanes.load(x, i + 3L * Lanes.COUNT));
        }
        long row = rows.index(chunk, ROUGH_MEAN) + block;
        Lanes.store(a, rows.memory(), row);
        Lanes.store(b, rows.memory(), row + Lanes.COUNT);
        Lanes.store(c, rows.memory(), row + 2L * Lanes.COUNT);
        Lanes.store(d, rows.memory(), row + 3L * Lanes.COUNT);
    }

    private void deviations(MemorySegment x, ChannelRows rows, int chunk, int column, long start, long end) {
        FloatVector mean = Lanes.load(rows.memory(), rows.index(chunk, ROUGH_MEAN) + column);
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        FloatVector squares = sum;
        for (long i = start + column; i < end; i += pattern.period()) {
            FloatVector deviation = Lanes.load(x, i).sub(mean);
            sum = sum.add(deviation);
            squares = deviation.fma(deviation, squares);
        }
        Lanes.store(sum, rows.memory(), rows.index(chunk, DEVIATIONS) + column);
        Lanes.store(squares, rows.memory(), rows.index(chunk, SQUARES) + column);
    }

    private void combine(ChannelRows rows, RunningUpdate update, Step step) {
        for (int c = 0; c < pattern.channels(); c++) {
            double count = 0;
            double mean = 0;
            double squares = 0;
            for (int chunk = 0; chunk < pattern.chunks(); chunk++) {
                double more = pattern.valuesPerChannel(chunk);
                double deviations = rows.fold(chunk, DEVIATIONS, c);
                double difference = rows.get(chunk, ROUGH_MEAN, c) + deviations / more - mean;
                squares += Math.max(0, rows.fold(chunk, SQUARES, c) - deviations * deviations / more)
                        + difference * difference * count * more / (count + more);
                count += more;
                mean += difference * more / count;
            }
            update.channel(c, mean, squares / count, step);
        }
        update.finish();
    }
}
