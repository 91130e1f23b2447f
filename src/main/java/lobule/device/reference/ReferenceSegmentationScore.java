package lobule.device.reference;

import java.lang.foreign.MemorySegment;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.SegmentationScore;

/** Counts of foreground voxels in prediction and target, of all voxels, and the sum of the largest probability. */
final class ReferenceSegmentationScore implements Launch {
    private final Segmentation segmentation;
    private final MemorySegment score;
    private final Parallel parallel;

    ReferenceSegmentationScore(SegmentationScore op, Operands operands, Parallel parallel) {
        this.segmentation = Segmentation.of(operands.input(0), operands.input(1), op.ignoreLabel());
        this.score = HostBuffer.segment(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        double[] total = SliceSums.total(segmentation.slices(), SegmentationScore.ENTRIES, parallel, this::slice);
        SliceSums.write(total, score);
    }

    private void slice(long slice, double[] sums) {
        segmentation.forEach(slice, (_, label, softmax) -> {
            if (segmentation.ignored(label)) {
                return;
            }
            int predicted = softmax.predicted();
            sums[SegmentationScore.BOTH] += predicted > 0 && label > 0 ? 1 : 0;
            sums[SegmentationScore.PREDICTED] += predicted > 0 ? 1 : 0;
            sums[SegmentationScore.TRUE] += label > 0 ? 1 : 0;
            sums[SegmentationScore.COUNTED] += 1;
            sums[SegmentationScore.LARGEST_PROBABILITY] += softmax.probability(predicted);
        });
    }
}
