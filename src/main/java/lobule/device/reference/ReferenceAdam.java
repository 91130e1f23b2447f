package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.Adam;

/**
 * m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2;
 * parameter -= rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon) at optimiser step t.
 */
final class ReferenceAdam implements Launch {
    /** Parameter, first and second moment. */
    static final int STATES = 3;

    private final Adam op;
    private final ScaledGradient gradient;
    private final MemorySegment parameter;
    private final MemorySegment first;
    private final MemorySegment second;

    ReferenceAdam(Adam op, Operands operands) {
        this.op = op;
        this.gradient = ScaledGradient.of(operands, op.clipNorm());
        this.parameter = HostBuffer.segment(operands.state(0));
        this.first = HostBuffer.segment(operands.state(1));
        this.second = HostBuffer.segment(operands.state(2));
    }

    @Override
    public void run(Step step) {
        if (!gradient.isFinite()) {
            return;
        }
        double factor = gradient.factor(step);
        double firstCorrection = 1 - Math.pow(op.beta1(), step.optimizerStep);
        double secondCorrection = 1 - Math.pow(op.beta2(), step.optimizerStep);
        for (long i = 0; i < gradient.elements(); i++) {
            double g = factor * gradient.get(i);
            double m = op.beta1() * first.getAtIndex(JAVA_FLOAT, i) + (1 - op.beta1()) * g;
            double v = op.beta2() * second.getAtIndex(JAVA_FLOAT, i) + (1 - op.beta2()) * g * g;
            double update = m / firstCorrection / (Math.sqrt(v / secondCorrection) + op.epsilon());
            first.setAtIndex(JAVA_FLOAT, i, (float) m);
            second.setAtIndex(JAVA_FLOAT, i, (float) v);
            double before = parameter.getAtIndex(JAVA_FLOAT, i);
            parameter.setAtIndex(JAVA_FLOAT, i, (float) (before - step.learningRate * update));
        }
    }
}
