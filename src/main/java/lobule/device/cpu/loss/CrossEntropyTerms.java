package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import lobule.device.cpu.machine.LaneSums;
import lobule.device.cpu.machine.Lanes;
import lobule.op.SoftmaxCrossEntropy;

/** The sums of -w log p of the label, from log-sum-exp, and of the weights w. */
record CrossEntropyTerms(SoftmaxCrossEntropy op) implements VoxelReduction.Terms {
    static final int LOSSES = 0;
    static final int WEIGHTS = 1;

    @Override
    public int count() {
        return 2;
    }

    @Override
    public void add(SoftmaxBlock block, int chunk, LaneSums sums) {
        block.logSums();
        for (int c = 0; c < block.classes(); c++) {
            add(block, c, op.weight(c), chunk, sums);
        }
    }

    private static void add(SoftmaxBlock block, int c, double weight, int chunk, LaneSums sums) {
        DoubleVector losses = sums.get(chunk, LOSSES);
        DoubleVector weights = sums.get(chunk, WEIGHTS);
        for (int v = 0; v < block.length(); v += Lanes.DOUBLE_COUNT) {
            VectorMask<Double> labelled = block.labelled(c, v);
            losses = losses.add(block.sum(v).sub(block.logit(c, v)).mul(weight), labelled);
            weights = weights.add(weight, labelled);
        }
        sums.set(chunk, LOSSES, losses);
        sums.set(chunk, WEIGHTS, weights);
    }

    @Override
    public void finish(MemorySegment sums, MemorySegment loss) {
        double weights = sums.getAtIndex(ValueLayout.JAVA_DOUBLE, WEIGHTS);
        double losses = sums.getAtIndex(ValueLayout.JAVA_DOUBLE, LOSSES);
        loss.set(ValueLayout.JAVA_FLOAT, 0, weights == 0 ? 0 : (float) (losses / weights));
    }
}
