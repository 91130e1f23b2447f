package lobule.device.cpu;

import lobule.device.Kernel;
import lobule.op.SegmentationScore;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxDice;
import lobule.tensor.Shape;

/** The losses, their gradients and the score: reductions over, and maps of, labelled voxels. */
final class CpuLosses {
    private CpuLosses() {}

    static Kernel dice(WorkerPool workers, SoftmaxDice op, Shape logits) {
        return new VoxelReduction(new SoftmaxBlocks(workers, logits, op.ignoreLabel()),
                new DiceTerms(op, Math.toIntExact(logits.channels())));
    }

    static Kernel diceBackward(WorkerPool workers, SoftmaxDice forward, Shape logits) {
        return new VoxelGradient(new SoftmaxBlocks(workers, logits, forward.ignoreLabel()), new DiceGradient(forward));
    }

    static Kernel crossEntropy(WorkerPool workers, SoftmaxCrossEntropy op, Shape logits) {
        return new VoxelReduction(new SoftmaxBlocks(workers, logits, op.ignoreLabel()), new CrossEntropyTerms(op));
    }

    static Kernel crossEntropyBackward(WorkerPool workers, SoftmaxCrossEntropy forward, Shape logits) {
        return new VoxelGradient(new SoftmaxBlocks(workers, logits, forward.ignoreLabel()),
                new CrossEntropyGradient(forward));
    }

    static Kernel score(WorkerPool workers, SegmentationScore op, Shape logits) {
        return new VoxelReduction(new SoftmaxBlocks(workers, logits, op.ignoreLabel()), new ScoreTerms());
    }
}
