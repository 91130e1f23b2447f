package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.DoubleVector;
import lobule.device.cpu.machine.Lanes;
import lobule.op.SoftmaxCrossEntropy;

/** w (p - y) / sum w, with the weight w of the label and y = 1 for its class. */
record CrossEntropyGradient(SoftmaxCrossEntropy forward) implements VoxelGradient.Rule {

    @Override
    public void differentiate(SoftmaxBlock block, MemorySegment sums) {
        block.probabilities();
        double weights = sums.getAtIndex(ValueLayout.JAVA_DOUBLE, CrossEntropyTerms.WEIGHTS);
        for (int c = 0; c < block.classes(); c++) {
            scale(block, c, weights == 0 ? 0 : forward.weight(c) / weights);
        }
        for (int c = 0; c < block.classes(); c++) {
            for (int v = 0; v < block.length(); v += Lanes.DOUBLE_COUNT) {
                DoubleVector error = block.probability(c, v).sub(1, block.labelled(c, v));
                block.setLogit(c, v, error.mul(block.own(v)));
            }
        }
    }

    /** Sets the factor of the voxels of class c. */
    private static void scale(SoftmaxBlock block, int c, double factor) {
        for (int v = 0; v < block.length(); v += Lanes.DOUBLE_COUNT) {
            block.setOwn(v, block.own(v).blend(factor, block.labelled(c, v)));
        }
    }
}
