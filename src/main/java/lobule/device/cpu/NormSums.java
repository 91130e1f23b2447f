package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import lobule.device.HostBuffer;
import lobule.device.Operands;
import lobule.device.Step;

/**
 * What stands between the two passes of a normalisation's gradient: from each channel's sums over chunks, dbeta =
 * sum dy and dgamma = r sum(dy xbar) + d sum(dy), and the means that dx needs.
 */
final class NormSums {
    /** Rows of partial sums: of dy, and of dy xbar. */
    static final int SUM = 0;
    static final int PRODUCT = 1;
    static final int ROWS = 2;

    private final ChannelPattern pattern;
    private final ChannelRows rows;
    private final NormCoefficients norm;
    private final MemorySegment gammaGradient;
    private final MemorySegment betaGradient;
    /** sum(dy)/M and sum(dy xbar)/M / sigma_B, repeated. */
    final float[] meanGradient;
    final float[] meanProduct;

    /** @param operands with dgamma and dbeta as states */
    NormSums(ChannelPattern pattern, ChannelRows rows, NormCoefficients norm, Operands operands) {
        this.pattern = pattern;
        this.rows = rows;
        this.norm = norm;
        this.gammaGradient = HostBuffer.segment(operands.state(0));
        this.betaGradient = HostBuffer.segment(operands.state(1));
        this.meanGradient = pattern.coefficients();
        this.meanProduct = pattern.coefficients();
    }

    /** Adds up the partial sums and delivers the parameters' gradients. */
    void finish(Step step) {
        double values = pattern.valuesPerChannel();
        for (int c = 0; c < pattern.channels(); c++) {
            double sum = rows.total(SUM, c);
            double product = rows.total(PRODUCT, c);
            deliver(betaGradient, c, sum, step);
            deliver(gammaGradient, c, norm.r(c) * product + norm.d(c) * sum, step);
            meanGradient[c] = (float) (sum / values);
            meanProduct[c] = (float) (product / values * norm.inverse[c]);
        }
        pattern.repeat(meanGradient);
        pattern.repeat(meanProduct);
    }

    /** dx = gamma r / sigma_B (dy - sum(dy)/M - xbar sum(dy xbar)/M), for the channels from {@code c} on. */
    FloatVector inputGradient(FloatVector dy, FloatVector centred, int c) {
        FloatVector rest = dy.sub(FloatVector.fromArray(Lanes.FLOATS, meanGradient, c));
        FloatVector product = FloatVector.fromArray(Lanes.FLOATS, meanProduct, c);
        return centred.neg().fma(product, rest).mul(FloatVector.fromArray(Lanes.FLOATS, norm.scale, c));
    }

    private static void deliver(MemorySegment gradients, int c, double gradient, Step step) {
        double before = step.accumulate ? gradients.getAtIndex(ValueLayout.JAVA_FLOAT, c) : 0;
        gradients.setAtIndex(ValueLayout.JAVA_FLOAT, c, (float) (before + gradient));
    }
}
