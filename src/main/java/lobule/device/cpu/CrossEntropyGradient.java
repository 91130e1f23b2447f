package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.op.SoftmaxCrossEntropy;

/** w_y (p - onehot(y)) / sum w. */
record CrossEntropyGradient(SoftmaxCrossEntropy forward) implements VoxelGradient.Rule {

    @Override
    public void write(LabelledLogits logits, MemorySegment sums, MemorySegment gradient, long voxel) {
        int label = logits.label(voxel);
        double weights = sums.getAtIndex(ValueLayout.JAVA_DOUBLE, 1);
        double scale = label < 0 || weights == 0 ? 0 : forward.weight(label) / weights;
        double logSum = scale == 0 ? 0 : logits.logSum(voxel);
        for (int c = 0; c < logits.classes(); c++) {
            double value = scale == 0 ? 0
                    : scale * (logits.probability(voxel, c, logSum) - (c == label ? 1 : 0));
            gradient.setAtIndex(ValueLayout.JAVA_FLOAT, voxel * logits.classes() + c, (float) value);
        }
    }
}
