package lobule.device.cpu.winograd;

import static lobule.device.cpu.machine.Lanes.load;
import static lobule.device.cpu.machine.Lanes.store;

import jdk.incubator.vector.FloatVector;

/** F(2, 3) with the points 0, 1, -1 and infinity (Lavin and Gray 2016, up to the signs of two rows). */
record TwoOutputs() implements AxisTransform {

    @Override
    public void input(long from, Lines read, long to, Lines written) {
        for (int line = 0; line < read.count(); line++) {
            input(from + read.start(line), read.step(), to + written.start(line), written.step());
        }
    }

    private static void input(long from, long step, long to, long next) {
        FloatVector a = load(from);
        FloatVector b = load(from + step);
        FloatVector c = load(from + 2 * step);
        FloatVector d = load(from + 3 * step);
        store(c.sub(a), to);
        store(c.add(b), to + next);
        store(c.sub(b), to + 2 * next);
        store(d.sub(b), to + 3 * next);
    }

    @Override
    public void output(long from, Lines read, long to, Lines written) {
        for (int line = 0; line < read.count(); line++) {
            output(from + read.start(line), read.step(), to + written.start(line), written.step());
        }
    }

    private static void output(long from, long step, long to, long next) {
        FloatVector a = load(from);
        FloatVector b = load(from + step);
        FloatVector c = load(from + 2 * step);
        FloatVector d = load(from + 3 * step);
        store(a.add(b).add(c), to);
        store(b.sub(c).add(d), to + next);
    }

    @Override
    public void outputGradient(long from, Lines read, long to, Lines written) {
        for (int line = 0; line < read.count(); line++) {
            outputGradient(from + read.start(line), read.step(), to + written.start(line), written.step());
        }
    }

    private static void outputGradient(long from, long step, long to, long next) {
        FloatVector a = load(from);
        FloatVector b = load(from + step);
        store(a, to);
        store(a.add(b), to + next);
        store(a.sub(b), to + 2 * next);
        store(b, to + 3 * next);
    }

    @Override
    public void weights(long from, Lines read, long to, Lines written) {
        for (int line = 0; line < read.count(); line++) {
            weights(from + read.start(line), read.step(), to + written.start(line), written.step());
        }
    }

    private static void weights(long from, long step, long to, long next) {
        FloatVector a = load(from);
        FloatVector b = load(from + step).mul(0.5f);
        FloatVector c = load(from + 2 * step);
        FloatVector even = a.add(c).mul(0.5f);
        store(a.neg(), to);
        store(even.add(b), to + next);
        store(even.sub(b), to + 2 * next);
        store(c, to + 3 * next);
    }

    @Override
    public void weightsGradient(long from, Lines read, long to, Lines written) {
        for (int line = 0; line < read.count(); line++) {
            weightsGradient(from + read.start(line), read.step(), to + written.start(line), written.step());
        }
    }

    private static void weightsGradient(long from, long step, long to, long next) {
        FloatVector b = load(from + step);
        FloatVector c = load(from + 2 * step);
        FloatVector sum = b.add(c).mul(0.5f);
        store(sum.sub(load(from)), to);
        store(b.sub(c).mul(0.5f), to + next);
        store(sum.add(load(from + 3 * step)), to + 2 * next);
    }
}
