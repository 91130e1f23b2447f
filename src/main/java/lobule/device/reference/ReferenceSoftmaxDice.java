package lobule.device.reference;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.SoftmaxDice;

/**
 * loss = 1 - mean over c of (2 I_c + e) / (S_c + e), I_c = sum p y, S_c = sum p + sum y or sum p^2 + sum y^2; the sums
 * are an output too, (I_0, S_0, I_1, S_1, ...).
 */
final class ReferenceSoftmaxDice implements Launch {
    private final SoftmaxDice op;
    private final Segmentation segmentation;
    private final MemorySegment loss;
    private final MemorySegment sums;
    private final Parallel parallel;

    ReferenceSoftmaxDice(SoftmaxDice op, Operands operands, Parallel parallel) {
        this.op = op;
        this.segmentation = Segmentation.of(operands.input(0), operands.input(1), op.ignoreLabel());
        this.loss = HostBuffer.segment(operands.output(0));
        this.sums = HostBuffer.segment(operands.output(1));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        int classes = segmentation.classes();
        double[] total = SliceSums.total(segmentation.slices(), 2 * classes, parallel, this::slice);
        SliceSums.write(total, sums);
        double dice = 0;
        for (int c = op.firstClass(); c < classes; c++) {
            dice += (2 * total[2 * c] + op.epsilon()) / (total[2 * c + 1] + op.epsilon());
        }
        loss.set(JAVA_FLOAT, 0, (float) (1 - dice / (classes - op.firstClass())));
    }

    private void slice(long slice, double[] sums) {
        segmentation.forEach(slice, (_, label, softmax) -> {
            for (int c = 0; c < segmentation.classes() && !segmentation.ignored(label); c++) {
                double p = softmax.probability(c);
                double y = c == label ? 1 : 0;
                sums[2 * c] += p * y;
                sums[2 * c + 1] += op.squared() ? p * p + y * y : p + y;
            }
        });
    }
}
