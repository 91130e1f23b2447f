package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Operands;
import lobule.op.SegmentationScore;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxDice;
import lobule.tensor.Shape;

/** The losses, their gradients and the score: reductions over, and maps of, labelled voxels. */
final class CpuLosses {
    private CpuLosses() {}

    static Kernel dice(WorkerPool workers, SoftmaxDice op, Shape logits) {
        int classes = Math.toIntExact(logits.channels());
        return new VoxelReduction(workers, logits.elements() / classes, 2 * classes, op.ignoreLabel(),
                (voxels, voxel, label, chunk, sums) -> {
                    double logSum = voxels.logSum(voxel);
                    for (int c = 0; c < classes; c++) {
                        double p = voxels.probability(voxel, c, logSum);
                        double y = c == label ? 1 : 0;
                        sums.add(chunk, 2 * c, p * y);
                        sums.add(chunk, 2 * c + 1, op.squared() ? p * p + y : p + y);
                    }
                },
                (sums, operands) -> setLoss(operands, 1 - meanDice(op, classes, sums)));
    }

    static Kernel diceBackward(WorkerPool workers, SoftmaxDice forward, Shape logits) {
        return new VoxelGradient(workers, logits.elements() / logits.channels(), forward.ignoreLabel(),
                new DiceGradient(forward));
    }

    private static double meanDice(SoftmaxDice op, int classes, MemorySegment sums) {
        double dice = 0;
        for (int c = op.firstClass(); c < classes; c++) {
            dice += DiceGradient.dice(sums, c, op.epsilon());
        }
        return dice / (classes - op.firstClass());
    }

    static Kernel crossEntropy(WorkerPool workers, SoftmaxCrossEntropy op, Shape logits) {
        return new VoxelReduction(workers, logits.elements() / logits.channels(), 2, op.ignoreLabel(),
                (voxels, voxel, label, chunk, sums) -> {
                    double weight = op.weight(label);
                    sums.add(chunk, 0, weight * (voxels.logSum(voxel) - voxels.logit(voxel, label)));
                    sums.add(chunk, 1, weight);
                },
                (sums, operands) -> {
                    double weights = sums.getAtIndex(ValueLayout.JAVA_DOUBLE, 1);
                    setLoss(operands, weights == 0 ? 0 : sums.getAtIndex(ValueLayout.JAVA_DOUBLE, 0) / weights);
                });
    }

    static Kernel crossEntropyBackward(WorkerPool workers, SoftmaxCrossEntropy forward, Shape logits) {
        return new VoxelGradient(workers, logits.elements() / logits.channels(), forward.ignoreLabel(),
                new CrossEntropyGradient(forward));
    }

    static Kernel score(WorkerPool workers, SegmentationScore op, Shape logits) {
        return new VoxelReduction(workers, logits.elements() / logits.channels(), SegmentationScore.ENTRIES,
                op.ignoreLabel(),
                (voxels, voxel, label, chunk, sums) -> {
                    int predicted = voxels.predicted(voxel);
                    sums.add(chunk, SegmentationScore.BOTH, predicted > 0 && label > 0 ? 1 : 0);
                    sums.add(chunk, SegmentationScore.PREDICTED, predicted > 0 ? 1 : 0);
                    sums.add(chunk, SegmentationScore.TRUE, label > 0 ? 1 : 0);
                    sums.add(chunk, SegmentationScore.COUNTED, 1);
                    sums.add(chunk, SegmentationScore.LARGEST_PROBABILITY,
                            voxels.probability(voxel, predicted, voxels.logSum(voxel)));
                },
                (sums, operands) -> {});
    }

    private static void setLoss(Operands operands, double loss) {
        HostBuffer.segment(operands.output(0)).set(ValueLayout.JAVA_FLOAT, 0, (float) loss);
    }
}
