package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.SoftmaxCrossEntropy;

/** loss = -sum_j w(y_j) log p_j(y_j) / sum_j w(y_j); both sums are outputs too. */
final class ReferenceSoftmaxCrossEntropy implements Launch {
    private static final int NUMERATOR = 0;
    private static final int WEIGHT = 1;

    private final SoftmaxCrossEntropy op;
    private final Segmentation segmentation;
    private final MemorySegment loss;
    private final MemorySegment sums;
    private final Parallel parallel;

    ReferenceSoftmaxCrossEntropy(SoftmaxCrossEntropy op, Operands operands, Parallel parallel) {
        this.op = op;
        this.segmentation = Segmentation.of(operands.input(0), operands.input(1), op.ignoreLabel());
        this.loss = HostBuffer.segment(operands.output(0));
        this.sums = HostBuffer.segment(operands.output(1));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        double[] total = SliceSums.total(segmentation.slices(), 2, parallel, this::slice);
        SliceSums.write(total, sums);
        loss.set(JAVA_FLOAT, 0, total[WEIGHT] == 0 ? 0 : (float) (total[NUMERATOR] / total[WEIGHT]));
    }

    private void slice(long slice, double[] sums) {
        segmentation.forEach(slice, (_, label, softmax) -> {
            if (!segmentation.ignored(label)) {
                sums[NUMERATOR] -= op.weight(label) * softmax.logProbability(label);
                sums[WEIGHT] += op.weight(label);
            }
        });
    }
}
