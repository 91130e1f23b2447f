package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lobule.device.HostBuffer;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.cpu.machine.Lanes;

/**
 * The gradients of a normalisation, in two passes over runs of whole voxels: sums a channel, then dx. Inputs x,
 * statistics, gamma, beta come first, states are dgamma and dbeta. dbeta = sum dy; dgamma = r sum(dy xbar) +
 * d sum(dy); dx = gamma r / sigma_B (dy - sum(dy)/M - xbar sum(dy xbar)/M). With a ReLU, dy counts where the output,
 * computed again from x, is above 0; where statistics are fixed, nothing is subtracted. dx may be the memory of x or
 * dy.
 */
final class NormGradient {
    private static final int SUM = 0;
    private static final int PRODUCT = 1;
    private static final int ROWS = 2;

    private final ChannelPattern pattern;
    private final ChannelRows rows;
    private final NormCoefficients norm;
    private final MemorySegment x;
    private final MemorySegment dx;
    private final MemorySegment gammaGradient;
    private final MemorySegment betaGradient;
    private final float floor;
    private final boolean fixed;
    /** sum(dy)/M and sum(dy xbar)/M / sigma_B, repeated. */
    private final float[] meanGradient;
    private final float[] meanProduct;

    /** @param chunks each summed by itself; {@code memory} has {@link #bytes} of them */
    NormGradient(ChannelPattern pattern, boolean relu, boolean fixed, int chunks, Operands operands,
                 MemorySegment memory) {
        this.pattern = pattern;
        this.rows = new ChannelRows(pattern, chunks, ROWS, memory);
        this.norm = NormCoefficients.of(pattern, operands);
        this.x = HostBuffer.segment(operands.input(0));
        this.dx = HostBuffer.segment(operands.output(0));
        this.gammaGradient = HostBuffer.segment(operands.state(0));
        this.betaGradient = HostBuffer.segment(operands.state(1));
        this.fixed = fixed;
        this.floor = relu ? 0 : Float.NEGATIVE_INFINITY;
        this.meanGradient = pattern.coefficients();
        this.meanProduct = pattern.coefficients();
    }

    static long bytes(ChannelPattern pattern, int chunks) {
        return ChannelRows.bytes(pattern, chunks, ROWS);
    }

    NormCoefficients norm() {
        return norm;
    }

    /** Starts a chunk's sums at 0. */
    void clear(int chunk) {
        rows.clear(chunk);
    }

    /**
     * Adds a run to a chunk's sums.
     *
     * @param at    index in x of the run's first element, of channel 0
     * @param from  index in {@code dy} of its gradient
     * @param count elements
     */
    void sum(int chunk, long at, MemorySegment dy, long from, long count) {
        long whole = count / pattern.period() * pattern.period();
        for (int column = 0; column < pattern.period(); column += Lanes.COUNT) {
            sumColumn(chunk, column, at, dy, from, whole);
        }
        for (long i = whole; i < count; i++) {
            int position = (int) (i - whole);
            float centred = x.getAtIndex(ValueLayout.JAVA_FLOAT, at + i) - norm.mean[position];
            float gradient = passed(dy, from + i, position, centred);
            rows.add(chunk, SUM, position, gradient);
            rows.add(chunk, PRODUCT, position, gradient * centred * norm.inverse[position]);
        }
    }

    private void sumColumn(int chunk, int column, long at, MemorySegment dy, long from, long count) {
        FloatVector mean = FloatVector.fromArray(Lanes.FLOATS, norm.mean, column);
        FloatVector scale = FloatVector.fromArray(Lanes.FLOATS, norm.scale, column);
        FloatVector shift = FloatVector.fromArray(Lanes.FLOATS, norm.shift, column);
        FloatVector sum = FloatVector.zero(Lanes.FLOATS);
        FloatVector product = sum;
        for (long i = column; i < count; i += pattern.period()) {
            FloatVector centred = Lanes.load(x, at + i).sub(mean);
            VectorMask<Float> passes = centred.fma(scale, shift).compare(VectorOperators.GT, floor);
            FloatVector gradient = FloatVector.zero(Lanes.FLOATS).blend(Lanes.load(dy, from + i), passes);
            sum = sum.add(gradient);
            product = gradient.fma(centred, product);
        }
        FloatVector inverse = FloatVector.fromArray(Lanes.FLOATS, norm.inverse, column);
        long sums = rows.index(chunk, SUM) + column;
        long products = rows.index(chunk, PRODUCT) + column;
        Lanes.store(sum.add(Lanes.load(rows.memory(), sums)), rows.memory(), sums);
        Lanes.store(product.mul(inverse).add(Lanes.load(rows.memory(), products)), rows.memory(), products);
    }

    /** Between the passes: adds up all chunks and delivers the parameters' gradients. */
    void finish(Step step) {
        double values = pattern.valuesPerChannel();
        for (int c = 0; c < pattern.channels(); c++) {
            double sum = rows.total(SUM, c);
            double product = rows.total(PRODUCT, c);
            deliver(betaGradient, c, sum, step);
            deliver(gammaGradient, c, norm.r(c) * product + norm.d(c) * sum, step);
            meanGradient[c] = fixed ? 0 : (float) (sum / values);
            meanProduct[c] = fixed ? 0 : (float) (product / values * norm.inverse[c]);
        }
        pattern.repeat(meanGradient);
        pattern.repeat(meanProduct);
    }

    private static void deliver(MemorySegment gradients, int c, double gradient, Step step) {
        double before = step.accumulate ? gradients.getAtIndex(ValueLayout.JAVA_FLOAT, c) : 0;
        gradients.setAtIndex(ValueLayout.JAVA_FLOAT, c, (float) (before + gradient));
    }

    /** Writes dx of a run; parameters as in {@link #sum}. */
    void apply(long at, MemorySegment dy, long from, long count) {
        long whole = count / pattern.period() * pattern.period();
        for (long row = 0; row < whole; row += pattern.period()) {
            for (int i = 0; i < pattern.period(); i += Lanes.COUNT) {
                applyVector(at + row + i, dy, from + row + i, i);
            }
        }
        for (long i = whole; i < count; i++) {
            int position = (int) (i - whole);
            float centred = x.getAtIndex(ValueLayout.JAVA_FLOAT, at + i) - norm.mean[position];
            float gradient = passed(dy, from + i, position, centred);
            dx.setAtIndex(ValueLayout.JAVA_FLOAT, at + i, norm.scale[position]
                    * (gradient - meanGradient[position] - centred * meanProduct[position]));
        }
    }

    private void applyVector(long at, MemorySegment dy, long from, int column) {
        FloatVector scale = FloatVector.fromArray(Lanes.FLOATS, norm.scale, column);
        FloatVector shift = FloatVector.fromArray(Lanes.FLOATS, norm.shift, column);
        FloatVector centred = Lanes.load(x, at).sub(FloatVector.fromArray(Lanes.FLOATS, norm.mean, column));
        VectorMask<Float> passes = centred.fma(scale, shift).compare(VectorOperators.GT, floor);
        FloatVector gradient = FloatVector.zero(Lanes.FLOATS).blend(Lanes.load(dy, from), passes)
                .sub(FloatVector.fromArray(Lanes.FLOATS, meanGradient, column));
        FloatVector product = FloatVector.fromArray(Lanes.FLOATS, meanProduct, column);
        Lanes.store(centred.neg().fma(product, gradient).mul(scale), dx, at);
    }

    private float passed(MemorySegment dy, long from, int position, float centred) {
        boolean passes = Math.fma(centred, norm.scale[position], norm.shift[position]) > floor;
        return passes ? dy.getAtIndex(ValueLayout.JAVA_FLOAT, from) : 0;
    }
}
