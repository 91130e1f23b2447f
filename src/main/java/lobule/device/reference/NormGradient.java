package lobule.device.reference;

import java.util.function.LongToDoubleFunction;
import lobule.device.Operands;
import lobule.device.Step;

/**
 * Batch renormalisation's gradients for one channel at a time: dbeta = sum dy; dgamma = r sum(dy xbar) + d sum(dy);
 * dx = gamma r / sigma (dy - sum(dy)/M - xbar sum(dy xbar)/M), with sums over the M values of the channel,
 * which for fixed statistics are not subtracted. Inputs x, statistics, gamma, beta come first, states are dgamma and
 * dbeta; dx may be any operand's memory.
 */
record NormGradient(boolean fixed, HostTensor x, HostTensor dx, ParameterGradient gamma, ParameterGradient beta) {

    static NormGradient of(boolean fixed, Operands operands) {
        return new NormGradient(fixed, HostTensor.of(operands.input(0)), HostTensor.of(operands.output(0)),
                ParameterGradient.of(operands.state(0)), ParameterGradient.of(operands.state(1)));
    }

    /** @param dy gradient of the normalised value at a row-major index; 0 where a ReLU stopped it */
    void channel(long c, ChannelNorm norm, LongToDoubleFunction dy, Step step) {
        double sum = ChannelSum.of(x.extents(), c, dy);
        double sumTimesX = ChannelSum.of(x.extents(), c,
                index -> dy.applyAsDouble(index) * norm.normalised(x.get(index)));
        gamma.put(c, norm.r() * sumTimesX + norm.d() * sum, step);
        beta.put(c, sum, step);
        double values = x.extents().valuesPerChannel();
        inputGradient(c, norm, dy, fixed ? 0 : sum / values, fixed ? 0 : sumTimesX / values);
    }

    private void inputGradient(long c, ChannelNorm norm, LongToDoubleFunction dy, double mean, double meanTimesX) {
        double scale = norm.gamma() * norm.r() / norm.deviation();
        for (long n = 0; n < x.extents().n(); n++) {
            long start = x.extents().index(n, c, 0, 0, 0);
            for (long index = start; index < start + x.extents().voxels(); index++) {
                double xbar = norm.normalised(x.get(index));
                dx.set(index, scale * (dy.applyAsDouble(index) - mean - xbar * meanTimesX));
            }
        }
    }
}
