package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.NesterovMomentum;

/** v = momentum v + g; parameter -= rate (g + momentum v). */
final class ReferenceNesterovMomentum implements Launch {
    /** Parameter and velocity. */
    static final int STATES = 2;

    private final NesterovMomentum op;
    private final ScaledGradient gradient;
    private final MemorySegment parameter;
    private final MemorySegment velocity;

    ReferenceNesterovMomentum(NesterovMomentum op, Operands operands) {
        this.op = op;
        this.gradient = ScaledGradient.of(operands, op.clipNorm());
        this.parameter = HostBuffer.segment(operands.state(0));
        this.velocity = HostBuffer.segment(operands.state(1));
    }

    @Override
    public void run(Step step) {
        if (!gradient.isFinite()) {
            return;
        }
        double factor = gradient.factor(step);
        for (long i = 0; i < gradient.elements(); i++) {
            double g = factor * gradient.get(i);
            double v = op.momentum() * velocity.getAtIndex(JAVA_FLOAT, i) + g;
            velocity.setAtIndex(JAVA_FLOAT, i, (float) v);
            double before = parameter.getAtIndex(JAVA_FLOAT, i);
            parameter.setAtIndex(JAVA_FLOAT, i, (float) (before - step.learningRate * (g + op.momentum() * v)));
        }
    }
}
