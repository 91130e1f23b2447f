package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.NesterovMomentum;

/** Nesterov momentum, one pass over gradient, parameter and velocity. */
final class CpuNesterovMomentum implements Kernel {
    private final WorkerPool workers;
    private final NesterovMomentum op;

    CpuNesterovMomentum(WorkerPool workers, NesterovMomentum op) {
        this.workers = workers;
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        return new Update(operands);
    }

    /** The kernel over one parameter. */
    private final class Update implements Launch {
        private final MemorySegment gradient;
        private final MemorySegment parameter;
        private final MemorySegment velocity;
        private final ScaledGradient scaled;
        private final Span span;
        private final WorkerPool.Chunks chunks = this::chunk;
        private final float momentum = (float) op.momentum();
        private float factor;
        private float rate;

        Update(Operands operands) {
            gradient = HostBuffer.segment(operands.input(0));
            scaled = new ScaledGradient(HostBuffer.segment(operands.input(1)), op.clipNorm());
            parameter = HostBuffer.segment(operands.state(0));
            velocity = HostBuffer.segment(operands.state(1));
            span = new Span(operands.input(0).spec().shape().elements());
        }

        @Override
        public void run(Step step) {
            double scale = scaled.factor(step);
            if (Double.isNaN(scale)) {
                return;
            }
            factor = (float) scale;
            rate = (float) step.learningRate;
            workers.run(span.chunks(), chunks);
        }

        private void chunk(int chunk) {
            long i = span.start(chunk);
            for (; i + Lanes.COUNT <= span.end(chunk); i += Lanes.COUNT) {
                FloatVector g = Lanes.load(gradient, i).mul(factor);
                FloatVector v = Lanes.load(velocity, i).mul(momentum).add(g);
                Lanes.store(v, velocity, i);
                Lanes.store(Lanes.load(parameter, i).sub(v.mul(momentum).add(g).mul(rate)), parameter, i);
            }
            for (; i < span.end(chunk); i++) {
                float g = gradient.getAtIndex(ValueLayout.JAVA_FLOAT, i) * factor;
                float v = velocity.getAtIndex(ValueLayout.JAVA_FLOAT, i) * momentum + g;
                velocity.setAtIndex(ValueLayout.JAVA_FLOAT, i, v);
                float updated = parameter.getAtIndex(ValueLayout.JAVA_FLOAT, i) - rate * (g + momentum * v);
                parameter.setAtIndex(ValueLayout.JAVA_FLOAT, i, updated);
            }
        }
    }
}
