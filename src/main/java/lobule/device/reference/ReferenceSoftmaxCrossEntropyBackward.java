package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.SoftmaxCrossEntropy;

/** dlogit(c) = w(y) (p(c) - [c = y]) / sum w; 0 at ignored voxels, and everywhere where sum w is 0. */
final class ReferenceSoftmaxCrossEntropyBackward implements Launch {
    private final SoftmaxCrossEntropy forward;
    private final Segmentation segmentation;
    private final MemorySegment sums;
    private final HostTensor gradient;
    private final Parallel parallel;

    ReferenceSoftmaxCrossEntropyBackward(SoftmaxCrossEntropy forward, Operands operands, Parallel parallel) {
        this.forward = forward;
        this.segmentation = Segmentation.of(operands.input(0), operands.input(1), forward.ignoreLabel());
        this.sums = HostBuffer.segment(operands.input(2));
        this.gradient = HostTensor.of(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        double weightSum = sums.getAtIndex(JAVA_DOUBLE, 1);
        parallel.forEach(segmentation.slices(), slice -> slice(slice, weightSum));
    }

    private void slice(long slice, double weightSum) {
        segmentation.forEach(slice, (at, label, softmax) -> {
            boolean counted = !segmentation.ignored(label) && weightSum != 0;
            double factor = counted ? forward.weight(label) / weightSum : 0;
            for (int c = 0; c < segmentation.classes(); c++) {
                double value = factor * (softmax.probability(c) - (c == label ? 1 : 0));
                gradient.set(at.n(), c, at.d(), at.h(), at.w(), value);
            }
        });
    }
}
