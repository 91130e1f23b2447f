package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import lobule.device.cpu.machine.LaneSums;
import lobule.device.cpu.machine.Lanes;
import lobule.op.SoftmaxDice;

/** I = sum p y and S = sum p + sum y of each class, or with squared S = sum p^2 + sum y^2; the dice loss. */
record DiceTerms(SoftmaxDice op, int classes) implements VoxelReduction.Terms {

    @Override
    public int count() {
        return 2 * classes;
    }

    @Override
    public void add(SoftmaxBlock block, int chunk, LaneSums sums) {
        block.probabilities();
        for (int c = 0; c < classes; c++) {
            add(block, c, chunk, sums);
        }
    }

    private void add(SoftmaxBlock block, int c, int chunk, LaneSums sums) {
        DoubleVector both = sums.get(chunk, 2 * c);
        DoubleVector all = sums.get(chunk, 2 * c + 1);
        for (int v = 0; v < block.length(); v += Lanes.DOUBLE_COUNT) {
            DoubleVector p = block.probability(c, v);
            VectorMask<Double> labelled = block.labelled(c, v);
            both = both.add(p, labelled);
            all = all.add(op.squared() ? p.mul(p) : p).add(1, labelled);
        }
        sums.set(chunk, 2 * c, both);
        sums.set(chunk, 2 * c + 1, all);
    }

    @Override
    public void finish(MemorySegment sums, MemorySegment loss) {
        double total = 0;
        for (int c = op.firstClass(); c < classes; c++) {
            total += dice(sums, c, op.epsilon());
        }
        loss.set(ValueLayout.JAVA_FLOAT, 0, (float) (1 - total / (classes - op.firstClass())));
    }

    /** D = (2 I + e) / (S + e). */
    static double dice(MemorySegment sums, int c, double epsilon) {
        return (2 * sums.getAtIndex(ValueLayout.JAVA_DOUBLE, 2L * c) + epsilon) / below(sums, c, epsilon);
    }

    /** S + e. */
    static double below(MemorySegment sums, int c, double epsilon) {
        return sums.getAtIndex(ValueLayout.JAVA_DOUBLE, 2L * c + 1) + epsilon;
    }
}
