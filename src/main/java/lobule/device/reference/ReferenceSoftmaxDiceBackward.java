package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.SoftmaxDice;

/**
 * dlogit(c) = p(c) (g(c) - sum_m g(m) p(m)) with g = -dD/dp / classes in the mean; D = (2 I + e) / (S + e);
 * dD/dp = (2 y - D) / (S + e), squared: (2 y - 2 p D) / (S + e). 0 at ignored voxels.
 */
final class ReferenceSoftmaxDiceBackward implements Launch {
    private final SoftmaxDice forward;
    private final Segmentation segmentation;
    private final MemorySegment sums;
    private final HostTensor gradient;
    private final Parallel parallel;

    ReferenceSoftmaxDiceBackward(SoftmaxDice forward, Operands operands, Parallel parallel) {
        this.forward = forward;
        this.segmentation = Segmentation.of(operands.input(0), operands.input(1), forward.ignoreLabel());
        this.sums = HostBuffer.segment(operands.input(2));
        this.gradient = HostTensor.of(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(segmentation.slices(), this::slice);
    }

    private void slice(long slice) {
        double[] g = new double[segmentation.classes()];
        segmentation.forEach(slice, (at, label, softmax) -> {
            double mean = 0;
            for (int c = forward.firstClass(); c < g.length; c++) {
                g[c] = lossByProbability(c, softmax.probability(c), c == label ? 1 : 0);
                mean += g[c] * softmax.probability(c);
            }
            for (int c = 0; c < g.length; c++) {
                double value = segmentation.ignored(label) ? 0 : softmax.probability(c) * (g[c] - mean);
                gradient.set(at.n(), c, at.d(), at.h(), at.w(), value);
            }
        });
    }

    /** dloss/dp of one voxel and class. */
    private double lossByProbability(int c, double p, double y) {
        double below = sums.getAtIndex(JAVA_DOUBLE, 2L * c + 1) + forward.epsilon();
        double dice = (2 * sums.getAtIndex(JAVA_DOUBLE, 2L * c) + forward.epsilon()) / below;
        double diceByProbability = (2 * y - (forward.squared() ? 2 * p : 1) * dice) / below;
        return -diceByProbability / (segmentation.classes() - forward.firstClass());
    }
}
