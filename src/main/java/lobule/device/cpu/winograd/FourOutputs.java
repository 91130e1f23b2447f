package lobule.device.cpu.winograd;

import static lobule.device.cpu.machine.Lanes.load;
import static lobule.device.cpu.machine.Lanes.store;

import jdk.incubator.vector.FloatVector;

/**
 * F(4, 3) with the points 0, p, -p, q, -q and infinity. Each pair of points shares its even and its odd part.
 *
 * <p>p = 3/4 and q = 3/2 (between those of Barabasz et al., Error Analysis and Improving the Accuracy of Winograd
 * Convolution, 2018): every coefficient but those of G is a float32, and the error of float32 is a third of that with
 * 1 and 2.
 */
record FourOutputs() implements AxisTransform {
    private static final float P = 0.75f;
    private static final float Q = 1.5f;
    private static final float PP = P * P;
    private static final float QQ = Q * Q;
    private static final float SUM = PP + QQ;
    private static final float PRODUCT = PP * QQ;
    private static final float PPP = PP * P;
    private static final float QQQ = QQ * Q;
    /** The rows of G, before their rounding: 1 over the products of a point's distances from the others. */
    private static final double SCALE = 1 / ((double) PP * QQ);
    private static final double SCALE_P = 1 / (2.0 * PP * (PP - QQ));
    private static final double SCALE_Q = 1 / (2.0 * QQ * (QQ - PP));
    private static final float G = (float) SCALE;
    private static final float GP = (float) SCALE_P;
    private static final float GP_P = (float) (P * SCALE_P);
    private static final float GP_PP = (float) (PP * SCALE_P);
    private static final float GQ = (float) SCALE_Q;
    private static final float GQ_Q = (float) (Q * SCALE_Q);
    private static final float GQ_QQ = (float) (QQ * SCALE_Q);

    @Override
    public void input(long from, Lines read, long to, Lines written) {
        for (int line = 0; line < read.count(); line++) {
            input(from + read.start(line), read.step(), to + written.start(line), written.step());
        }
    }

    private static void input(long from, long step, long to, long next) {
        FloatVector b = load(from + step);
        FloatVector c = load(from + 2 * step);
        FloatVector d = load(from + 3 * step);
        FloatVector e = load(from + 4 * step);
        store(sum(load(from), PRODUCT, sum(c, -SUM, e)), to);
        pair(sum(c, -QQ, e), sum(b, -QQ, d), P, to + next, next);
        pair(sum(c, -PP, e), sum(b, -PP, d), Q, to + 3 * next, next);
        store(sum(b, PRODUCT, sum(d, -SUM, load(from + 5 * step))), to + 5 * next);
    }

    /** Two values: even plus and minus factor times odd. */
    private static void pair(FloatVector even, FloatVector odd, float factor, long to, long next) {
        store(sum(odd, factor, even), to);
        store(sum(odd, -factor, even), to + next);
    }

    /** One vector times a factor, plus another. */
    private static FloatVector sum(FloatVector vector, float factor, FloatVector other) {
        return vector.fma(FloatVector.broadcast(vector.species(), factor), other);
    }

    @Override
    public void output(long from, Lines read, long to, Lines written) {
        for (int line = 0; line < read.count(); line++) {
            output(from + read.start(line), read.step(), to + written.start(line), written.step());
        }
    }

    private static void output(long from, long step, long to, long next) {
        FloatVector b = load(from + step);
        FloatVector c = load(from + 2 * step);
        FloatVector d = load(from + 3 * step);
        FloatVector e = load(from + 4 * step);
        FloatVector even = b.add(c);
        FloatVector odd = b.sub(c);
        FloatVector evenQ = d.add(e);
        FloatVector oddQ = d.sub(e);
        store(load(from).add(even).add(evenQ), to);
        store(sum(oddQ, Q, odd.mul(P)), to + next);
        store(sum(evenQ, QQ, even.mul(PP)), to + 2 * next);
        store(sum(oddQ, QQQ, sum(odd, PPP, load(from + 5 * step))), to + 3 * next);
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
        FloatVector c = load(from + 2 * step);
        FloatVector d = load(from + 3 * step);
        store(a, to);
        pair(sum(c, PP, a), sum(d, PP, b), P, to + next, next);
        pair(sum(c, QQ, a), sum(d, QQ, b), Q, to + 3 * next, next);
        store(d, to + 5 * next);
    }

    @Override
    public void weights(long from, Lines read, long to, Lines written) {
        for (int line = 0; line < read.count(); line++) {
            weights(from + read.start(line), read.step(), to + written.start(line), written.step());
        }
    }

    private static void weights(long from, long step, long to, long next) {
        FloatVector a = load(from);
        FloatVector b = load(from + step);
        FloatVector c = load(from + 2 * step);
        store(a.mul(G), to);
        pair(sum(c, GP_PP, a.mul(GP)), b, GP_P, to + next, next);
        pair(sum(c, GQ_QQ, a.mul(GQ)), b, GQ_Q, to + 3 * next, next);
        store(c, to + 5 * next);
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
        FloatVector d = load(from + 3 * step);
        FloatVector e = load(from + 4 * step);
        FloatVector even = b.add(c);
        FloatVector evenQ = d.add(e);
        store(sum(evenQ, GQ, sum(even, GP, load(from).mul(G))), to);
        store(sum(d.sub(e), GQ_Q, b.sub(c).mul(GP_P)), to + next);
        store(sum(evenQ, GQ_QQ, sum(even, GP_PP, load(from + 5 * step))), to + 2 * next);
    }
}
