package lobule.device.cpu.update;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jdk.incubator.vector.DoubleVector;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.LaneSums;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.machine.Span;
import lobule.device.cpu.machine.WorkerPool;
import lobule.tensor.TensorSpec;

/** Squares summed in double. Workspace: {@link LaneSums} of one tensor after the other. */
public final class CpuGradientNorm implements Kernel {
    private final WorkerPool workers;
    private final List<Span> spans;

    public CpuGradientNorm(WorkerPool workers, List<TensorSpec> gradients) {
        this.workers = workers;
        this.spans = gradients.stream().map(spec -> new Span(spec.shape().elements())).toList();
    }

    @Override
    public long workspaceBytes() {
        return LaneSums.bytes(spans.stream().mapToInt(Span::chunks).max().orElse(0), 1);
    }

    @Override
    public Launch bind(Operands operands) {
        LaneSums[] sums = new LaneSums[spans.size()];
        WorkerPool.Chunks[] chunks = new WorkerPool.Chunks[spans.size()];
        for (int i = 0; i < sums.length; i++) {
            Span span = spans.get(i);
            LaneSums sum = new LaneSums(Memory.workspace(operands, LaneSums.bytes(span.chunks(), 1)), 1);
            MemorySegment gradient = HostBuffer.segment(operands.input(i));
            sums[i] = sum;
            chunks[i] = chunk -> squares(gradient, span.start(chunk), span.end(chunk), chunk, sum);
        }
        MemorySegment norm = HostBuffer.segment(operands.output(0));
        return step -> {
            double total = 0;
            for (int i = 0; i < sums.length; i++) {
                workers.run(spans.get(i).chunks(), chunks[i]);
                total += sums[i].total(0);
            }
            norm.set(ValueLayout.JAVA_FLOAT, 0, (float) (Math.sqrt(total) * step.gradientScale));
        };
    }

    private static void squares(MemorySegment gradient, long start, long end, int chunk, LaneSums sum) {
        DoubleVector squares = DoubleVector.zero(Lanes.DOUBLES);
        long i = start;
        for (; i + Lanes.DOUBLE_COUNT <= end; i += Lanes.DOUBLE_COUNT) {
            DoubleVector g = Lanes.widen(gradient, i);
            squares = g.fma(g, squares);
        }
        sum.set(chunk, 0, squares);
        for (; i < end; i++) {
            double g = gradient.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            sum.add(chunk, 0, g * g);
        }
    }
}
