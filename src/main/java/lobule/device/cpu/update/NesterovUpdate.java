package lobule.device.cpu.update;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import lobule.device.HostBuffer;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.WorkerPool;
import lobule.op.NesterovMomentum;

/** Nesterov momentum of one parameter, one pass over gradient, parameter and velocity. */
public final class NesterovUpdate extends ParameterUpdate {
    /** Parameter and velocity. */
    public static final int STATES = 2;

    private final MemorySegment velocity;
    private final float momentum;
    private float rate;

    public NesterovUpdate(WorkerPool workers, NesterovMomentum op, Operands operands) {
        super(workers, operands, op.clipNorm());
        this.velocity = HostBuffer.segment(operands.state(1));
        this.momentum = (float) op.momentum();
    }

    @Override
    void begin(Step step) {
        rate = (float) step.learningRate;
    }

    @Override
    void vector(long i) {
        FloatVector g = Lanes.load(gradient, i).mul(factor);
        FloatVector v = Lanes.load(velocity, i).mul(momentum).add(g);
        Lanes.store(v, velocity, i);
        Lanes.store(Lanes.load(parameter, i).sub(v.mul(momentum).add(g).mul(rate)), parameter, i);
    }

    @Override
    void element(long i) {
        float g = gradient.getAtIndex(ValueLayout.JAVA_FLOAT, i) * factor;
        float v = velocity.getAtIndex(ValueLayout.JAVA_FLOAT, i) * momentum + g;
        velocity.setAtIndex(ValueLayout.JAVA_FLOAT, i, v);
        float updated = parameter.getAtIndex(ValueLayout.JAVA_FLOAT, i) - rate * (g + momentum * v);
        parameter.setAtIndex(ValueLayout.JAVA_FLOAT, i, updated);
    }
}
