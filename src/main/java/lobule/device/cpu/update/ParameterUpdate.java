package lobule.device.cpu.update;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.Span;
import lobule.device.cpu.machine.WorkerPool;

/**
 * An optimiser's pass over one parameter, its gradient and its moments; none where the gradients' norm is not finite.
 */
abstract class ParameterUpdate implements Launch {
    final MemorySegment gradient;
    final MemorySegment parameter;
    /** Multiplies gradients in this step. */
    float factor;

    private final WorkerPool workers;
    private final ScaledGradient scaled;
    private final Span span;
    private final WorkerPool.Chunks chunks = this::chunk;

    ParameterUpdate(WorkerPool workers, Operands operands, double clipNorm) {
        this.workers = workers;
        this.gradient = HostBuffer.segment(operands.input(0));
        this.scaled = new ScaledGradient(HostBuffer.segment(operands.input(1)), clipNorm);
        this.parameter = HostBuffer.segment(operands.state(0));
        this.span = new Span(operands.input(0).spec().shape().elements());
    }

    /** Takes the step's numbers. */
    abstract void begin(Step step);

    /** Updates a vector of elements from {@code index}. */
    abstract void vector(long index);

    /** Updates one element. */
    abstract void element(long index);

    @Override
    public final void run(Step step) {
        double scale = scaled.factor(step);
        if (Double.isNaN(scale)) {
            return;
        }
        factor = (float) scale;
        begin(step);
        workers.run(span.chunks(), chunks);
    }

    private void chunk(int chunk) {
        long i = span.start(chunk);
        for (; i + Lanes.COUNT <= span.end(chunk); i += Lanes.COUNT) {
            vector(i);
        }
        for (; i < span.end(chunk); i++) {
            element(i);
        }
    }
}
