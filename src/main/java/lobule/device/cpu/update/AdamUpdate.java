package lobule.device.cpu.update;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import lobule.device.HostBuffer;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.WorkerPool;
import lobule.op.Adam;

/** Adam of one parameter, one pass over gradient, parameter and both moments. */
public final class AdamUpdate extends ParameterUpdate {
    /** Parameter, first and second moment. */
    public static final int STATES = 3;

    private final Adam op;
    private final MemorySegment first;
    private final MemorySegment second;
    private float rate;
    private float secondCorrection;

    public AdamUpdate(WorkerPool workers, Adam op, Operands operands) {
        super(workers, operands, op.clipNorm());
        this.op = op;
        this.first = HostBuffer.segment(operands.state(1));
        this.second = HostBuffer.segment(operands.state(2));
    }

    @Override
    void begin(Step step) {
        rate = (float) (step.learningRate / (1 - Math.pow(op.beta1(), step.optimizerStep)));
        secondCorrection = (float) (1 / (1 - Math.pow(op.beta2(), step.optimizerStep)));
    }

    @Override
    void vector(long i) {
        FloatVector g = Lanes.load(gradient, i).mul(factor);
        FloatVector m = Lanes.load(first, i).mul((float) op.beta1()).add(g.mul((float) (1 - op.beta1())));
        FloatVector v = Lanes.load(second, i).mul((float) op.beta2()).add(g.mul(g).mul((float) (1 - op.beta2())));
        Lanes.store(m, first, i);
        Lanes.store(v, second, i);
        FloatVector root = v.mul(secondCorrection).sqrt().add((float) op.epsilon());
        Lanes.store(Lanes.load(parameter, i).sub(m.mul(rate).div(root)), parameter, i);
    }

    @Override
    void element(long i) {
        float g = gradient.getAtIndex(ValueLayout.JAVA_FLOAT, i) * factor;
        float m = first.getAtIndex(ValueLayout.JAVA_FLOAT, i) * (float) op.beta1() + g * (float) (1 - op.beta1());
        float v = second.getAtIndex(ValueLayout.JAVA_FLOAT, i) * (float) op.beta2() + g * g * (float) (1 - op.beta2());
        first.setAtIndex(ValueLayout.JAVA_FLOAT, i, m);
        second.setAtIndex(ValueLayout.JAVA_FLOAT, i, v);
        float root = (float) Math.sqrt(v * secondCorrection) + (float) op.epsilon();
        float updated = parameter.getAtIndex(ValueLayout.JAVA_FLOAT, i) - m * rate / root;
        parameter.setAtIndex(ValueLayout.JAVA_FLOAT, i, updated);
    }
}
