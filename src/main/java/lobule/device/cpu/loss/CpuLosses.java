package lobule.device.cpu.loss;

import lobule.device.Kernel;
import lobule.device.cpu.machine.WorkerPool;
import lobule.op.SegmentationScore;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxDice;
import lobule.tensor.Shape;

/** The losses, their gradients and the score: reductions over, and maps of, labelled voxels. */
public final class CpuLosses {
    private CpuLosses() {}

    public static Kernel dice(WorkerPool workers, SoftmaxDice op, Shape logits) {
        return new VoxelReduction(new SoftmaxBlocks(workers, logits, op.ignoreLabel()),
                new DiceTerms(op, Math.toIntExact(logits.channels())));
    }

    public static Kernel diceBackward(WorkerPool workers, SoftmaxDice forward, Shape logits) {
        return new VoxelGradient(new SoftmaxBlocks(workers, logits, forward.ignoreLabel()), new DiceGradient(forward));
    }

    public static Kernel crossEntropy(WorkerPool workers, SoftmaxCrossEntropy op, Shape logits) {
        return new VoxelReduction(new SoftmaxBlocks(workers, logits, op.ignoreLabel()), new CrossEntropyTerms(op));
    }

    public static Kernel crossEntropyBackward(WorkerPool workers, SoftmaxCrossEntropy forward, Shape logits) {
        return new VoxelGradient(new SoftmaxBlocks(workers, logits, forward.ignoreLabel()),
                new CrossEntropyGradient(forward));
    }

    public static Kernel score(WorkerPool workers, SegmentationScore op, Shape logits) {
        return new VoxelReduction(new SoftmaxBlocks(workers, logits, op.ignoreLabel()), new ScoreTerms());
    }
}
