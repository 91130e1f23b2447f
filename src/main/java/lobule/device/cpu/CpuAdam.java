package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.Adam;

/** Adam, one pass over gradient, parameter and both moments. */
final class CpuAdam implements Kernel {
    private final WorkerPool workers;
    private final Adam op;

    CpuAdam(WorkerPool workers, Adam op) {
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
        private final MemorySegment first;
        private final MemorySegment second;
        private final ScaledGradient scaled;
        private final Span span;
        private final WorkerPool.Chunks chunks = this::chunk;
        private float factor;
        private float rate;
        private float secondCorrection;

        Update(Operands operands) {
            gradient = HostBuffer.segment(operands.input(0));
            scaled = new ScaledGradient(HostBuffer.segment(operands.input(1)), op.clipNorm());
            parameter = HostBuffer.segment(operands.state(0));
            first = HostBuffer.segment(operands.state(1));
            second = HostBuffer.segment(operands.state(2));
            span = new Span(operands.input(0).spec().shape().elements());
        }

        @Override
        public void run(Step step) {
            double scale = scaled.factor(step);
            if (Double.isNaN(scale)) {
                return;
            }
            factor = (float) scale;
            rate = (float) (step.learningRate / (1 - Math.pow(op.beta1(), step.optimizerStep)));
            secondCorrection = (float) (1 / (1 - Math.pow(op.beta2(), step.optimizerStep)));
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

        private void vector(long i) {
            FloatVector g = Lanes.load(gradient, i).mul(factor);
            FloatVector m = Lanes.load(first, i).mul((float) op.beta1()).add(g.mul((float) (1 - op.beta1())));
            FloatVector v = Lanes.load(second, i).mul((float) op.beta2()).add(g.mul(g).mul((float) (1 - op.beta2())));
            Lanes.store(m, first, i);
            Lanes.store(v, second, i);
            FloatVector root = v.mul(secondCorrection).sqrt().add((float) op.epsilon());
            Lanes.store(Lanes.load(parameter, i).sub(m.mul(rate).div(root)), parameter, i);
        }

        private void element(long i) {
            float g = gradient.getAtIndex(ValueLayout.JAVA_FLOAT, i) * factor;
            float m = first.getAtIndex(ValueLayout.JAVA_FLOAT, i) * (float) op.beta1() + g * (float) (1 - op.beta1());
            float v = second.getAtIndex(ValueLayout.JAVA_FLOAT, i) * (float) op.beta2()
                    + g * g * (float) (1 - op.beta2());
            first.setAtIndex(ValueLayout.JAVA_FLOAT, i, m);
            second.setAtIndex(ValueLayout.JAVA_FLOAT, i, v);
            float root = (float) Math.sqrt(v * secondCorrection) + (float) op.epsilon();
            float updated = parameter.getAtIndex(ValueLayout.JAVA_FLOAT, i) - m * rate / root;
            parameter.setAtIndex(ValueLayout.JAVA_FLOAT, i, updated);
        }
    }
}
