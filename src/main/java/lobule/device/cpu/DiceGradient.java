package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.op.SoftmaxDice;

/** Gradient of the dice loss through the softmax. */
record DiceGradient(SoftmaxDice forward) implements VoxelGradient.Rule {

    @Override
    public void write(LabelledLogits logits, MemorySegment sums, MemorySegment gradient, long voxel) {
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
