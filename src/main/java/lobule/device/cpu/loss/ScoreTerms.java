package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lobule.device.cpu.machine.LaneSums;
import lobule.device.cpu.machine.Lanes;
import lobule.op.SegmentationScore;

/** The counts of {@link SegmentationScore}. */
record ScoreTerms() implements VoxelReduction.Terms {

    @Override
    public int count() {
        return SegmentationScore.ENTRIES;
    }

    @Override
    public void add(SoftmaxBlock block, int chunk, LaneSums sums) {
        block.exponentials();
        DoubleVector both = sums.get(chunk, SegmentationScore.BOTH);
        DoubleVector predicted = sums.get(chunk, SegmentationScore.PREDICTED);
        DoubleVector labelled = sums.get(chunk, SegmentationScore.TRUE);
        for (int v = 0; v < block.length(); v += Lanes.DOUBLE_COUNT) {
            VectorMask<Double> found = predicted(block, v);
            VectorMask<Double> wanted = block.foreground(v);
            both = both.add(1, found.and(wanted));
            predicted = predicted.add(1, found);
            labelled = labelled.add(1, wanted);
        }
        sums.set(chunk, SegmentationScore.BOTH, both);
        sums.set(chunk, SegmentationScore.PREDICTED, predicted);
        sums.set(chunk, SegmentationScore.TRUE, labelled);
        addCertainty(block, chunk, sums);
    }

    /** Where class 0 is not the largest: logits are relative to that. Ignored voxels have logits 0. */
    private static VectorMask<Double> predicted(SoftmaxBlock block, int v) {
        return block.logit(0, v).compare(VectorOperators.LT, 0);
    }

    /** The largest exponential is 1, so that the largest probability is 1 / sum. */
    private static void addCertainty(SoftmaxBlock block, int chunk, LaneSums sums) {
        DoubleVector counted = sums.get(chunk, SegmentationScore.COUNTED);
        DoubleVector largest = sums.get(chunk, SegmentationScore.LARGEST_PROBABILITY);
        DoubleVector one = DoubleVector.broadcast(Lanes.DOUBLES, 1);
        for (int v = 0; v < block.length(); v += Lanes.DOUBLE_COUNT) {
            VectorMask<Double> counts = block.counted(v);
            counted = counted.add(1, counts);
            largest = largest.add(one.div(block.sum(v)), counts);
        }
        sums.set(chunk, SegmentationScore.COUNTED, counted);
        sums.set(chunk, SegmentationScore.LARGEST_PROBABILITY, largest);
    }

    @Override
    public void finish(MemorySegment sums, MemorySegment output) {
        // the sums are all there is
    }
}
