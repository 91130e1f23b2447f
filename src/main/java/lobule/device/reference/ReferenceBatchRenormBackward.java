package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/**
 * dbeta = sum dy; dgamma = r sum(dy xbar) + d sum(dy); dx = gamma r / sigma (dy - sum(dy)/M - xbar sum(dy xbar)/M),
 * with sums over the M values of a channel. With relu, dy is 0 where the forward output was not above 0.
 */
final class ReferenceBatchRenormBackward implements Launch {
    private final boolean relu;
    private final Operands operands;
    private final HostTensor x;
    private final HostTensor dy;
    private final HostTensor dx;
    private final ParameterGradient gamma;
    private final ParameterGradient beta;
    private final Parallel parallel;

    ReferenceBatchRenormBackward(boolean relu, Operands operands, Parallel parallel) {
        this.relu = relu;
        this.operands = operands;
        this.x = HostTensor.of(operands.input(0));
        this.dy = HostTensor.of(operands.input(4));
        this.dx = HostTensor.of(operands.output(0));
        this.gamma = ParameterGradient.of(operands.state(0));
        this.beta = ParameterGradient.of(operands.state(1));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(x.extents().c(), c -> channel(c, step));
    }

    private void channel(long c, Step step) {
        ChannelNorm norm = ChannelNorm.of(operands, c);
        double sum = ChannelSum.of(x.extents(), c, index -> outputGradient(norm, index));
        double sumTimesX = ChannelSum.of(x.extents(), c,
                index -> outputGradient(norm, index) * norm.normalised(x.get(index)));
        gamma.put(c, norm.r() * sumTimesX + norm.d() * sum, step);
        beta.put(c, sum, step);
        double values = x.extents().valuesPerChannel();
        inputGradient(c, norm, sum / values, sumTimesX / values);
    }

    private double outputGradient(ChannelNorm norm, long index) {
        return relu && !(norm.output(x.get(index)) > 0) ? 0 : dy.get(index);
    }

    private void inputGradient(long c, ChannelNorm norm, double mean, double meanTimesX) {
        double scale = norm.gamma() * norm.r() / norm.deviation();
        long voxels = x.extents().d() * x.extents().h() * x.extents().w();
        for (long n = 0; n < x.extents().n(); n++) {
            long start = x.extents().index(n, c, 0, 0, 0);
            for (long index = start; index < start + voxels; index++) {
                double xbar = norm.normalised(x.get(index));
                dx.set(index, scale * (outputGradient(norm, index) - mean - xbar * meanTimesX));
            }
        }
    }
}
