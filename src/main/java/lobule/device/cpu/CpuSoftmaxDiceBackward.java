package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.op.SoftmaxDice;
import lobule.tensor.Shape;

/** Gradient of the dice loss through the softmax, voxel by voxel, from the sums of the forward pass. */
final class CpuSoftmaxDiceBackward implements Kernel {
    private final WorkerPool workers;
    private final SoftmaxDice forward;
    private final Span span;

    CpuSoftmaxDiceBackward(WorkerPool workers, SoftmaxDice forward, Shape logits) {
        this.workers = workers;
        this.forward = forward;
        this.span = new Span(logits.elements() / logits.channels());
    }

    @Override
    public Launch bind(Operands operands) {
        LabelledLogits logits = new LabelledLogits(operands.input(0), operands.input(1), forward.ignoreLabel());
        MemorySegment sums = HostBuffer.segment(operands.input(2));
        MemorySegment gradient = HostBuffer.segment(operands.output(0));
        WorkerPool.Chunks chunks = chunk -> {
            for (long voxel = span.start(chunk); voxel < span.end(chunk); voxel++) {
                voxel(logits, sums, gradient, voxel);
            }
        };
        return step -> workers.run(span.chunks(), chunks);
    }

    private void voxel(LabelledLogits logits, MemorySegment sums, MemorySegment gradient, long voxel) {
        int label = logits.label(voxel);
        double logSum = label < 0 ? 0 : logits.logSum(voxel);
        double mean = 0;
        for (int c = 0; c < logits.classes() && label >= 0; c++) {
            double p = logits.probability(voxel, c, logSum);
            mean += p * byProbability(sums, logits.classes(), c, p, label);
        }
        for (int c = 0; c < logits.classes(); c++) {
            double p = label < 0 ? 0 : logits.probability(voxel, c, logSum);
            double value = label < 0 ? 0 : p * (byProbability(sums, logits.classes(), c, p, label) - mean);
            gradient.setAtIndex(ValueLayout.JAVA_FLOAT, voxel * logits.classes() + c, (float) value);
        }
    }

    /** dloss/dp of class c: -(2 y - D) / (S + e) / classes in the mean, squared with 2 p D. */
    private double byProbability(MemorySegment sums, int classes, int c, double p, int label) {
        if (c < forward.firstClass()) {
            return 0;
        }
        double y = c == label ? 1 : 0;
        double dice = dice(sums, c, forward.epsilon()) * (forward.squared() ? 2 * p : 1);
        double below = sums.getAtIndex(ValueLayout.JAVA_DOUBLE, 2L * c + 1) + forward.epsilon();
        return -(2 * y - dice) / below / (classes - forward.firstClass());
    }

    /** D = (2 I + e) / (S + e). */
    static double dice(MemorySegment sums, int c, double epsilon) {
        return (2 * sums.getAtIndex(ValueLayout.JAVA_DOUBLE, 2L * c) + epsilon)
                / (sums.getAtIndex(ValueLayout.JAVA_DOUBLE, 2L * c + 1) + epsilon);
    }
}
