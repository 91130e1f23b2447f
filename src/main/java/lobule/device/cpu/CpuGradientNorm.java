package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.tensor.TensorSpec;

/** Squares summed in float a short run at a time, the runs in double. Workspace: one double a chunk. */
final class CpuGradientNorm implements Kernel {
    /** Floats summed before the sum goes on in double. */
    private static final long RUN = 1024;

    private final WorkerPool workers;
    private final List<Span> spans;

    CpuGradientNorm(WorkerPool workers, List<TensorSpec> gradients) {
        this.workers = workers;
        this.spans = gradients.stream().map(spec -> new Span(spec.shape().elements())).toList();
    }

    @Override
    public long workspaceBytes() {
        return PartialSums.bytes(spans.stream().mapToInt(Span::chunks).max().orElse(0), 1);
    }

    @Override
    public Launch bind(Operands operands) {
        PartialSums[] sums = new PartialSums[spans.size()];
        WorkerPool.Chunks[] chunks = new WorkerPool.Chunks[spans.size()];
        for (int i = 0; i < sums.length; i++) {
            Span span = spans.get(i);
            PartialSums sum = new PartialSums(Memory.workspace(operands, PartialSums.bytes(span.chunks(), 1)), 1);
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

    private static void squares(MemorySegment gradient, long start, long end, int chunk, PartialSums sum) {
        sum.clear(chunk);
        for (long run = start; run < end; run += RUN) {
            long stop = Math.min(end, run + RUN);
            FloatVector squares = FloatVector.zero(Lanes.FLOATS);
            long i = run;
            for (; i + Lanes.COUNT <= stop; i += Lanes.COUNT) {
                FloatVector g = Lanes.load(gradient, i);
                squares = g.fma(g, squares);
            }
            double total = squares.reduceLanes(VectorOperators.ADD);
            for (; i < stop; i++) {
                double g = gradient.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                total += g * g;
            }
            sum.add(chunk, 0, total);
        }
    }
}
