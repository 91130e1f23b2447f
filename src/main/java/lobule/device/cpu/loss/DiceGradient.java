package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import lobule.device.cpu.machine.Lanes;
import lobule.op.SoftmaxDice;

/** Gradient of the dice loss through the softmax: p (g - sum p g) with g = dloss/dp. */
record DiceGradient(SoftmaxDice forward) implements VoxelGradient.Rule {

    @Override
    public void differentiate(SoftmaxBlock block, MemorySegment sums) {
        block.probabilities();
        for (int v = 0; v < block.length(); v += Lanes.DOUBLE_COUNT) {
            block.setOwn(v, DoubleVector.zero(Lanes.DOUBLES));
        }
        for (int c = 0; c < block.classes(); c++) {
            byProbability(block, c, sums);
        }
        for (int c = 0; c < block.classes(); c++) {
            throughSoftmax(block, c);
        }
    }

    /** g of class c is -(2 y - D) / (S + e) / classes in the mean, squared with 2 p D; adds p g to the sum. */
    private void byProbability(SoftmaxBlock block, int c, MemorySegment sums) {
        int averaged = block.classes() - forward.firstClass();
        double scale = c < forward.firstClass() ? 0 : 1 / DiceTerms.below(sums, c, forward.epsilon()) / averaged;
        double dice = scale * DiceTerms.dice(sums, c, forward.epsilon());
        for (int v = 0; v < block.length(); v += Lanes.DOUBLE_COUNT) {
            DoubleVector p = block.probability(c, v);
            DoubleVector every = forward.squared() ? p.mul(2 * dice) : DoubleVector.broadcast(Lanes.DOUBLES, dice);
            DoubleVector g = every.sub(2 * scale, block.labelled(c, v));
            block.setLogit(c, v, g);
            block.setOwn(v, p.fma(g, block.own(v)));
        }
    }

    private static void throughSoftmax(SoftmaxBlock block, int c) {
        for (int v = 0; v < block.length(); v += Lanes.DOUBLE_COUNT) {
            block.setLogit(c, v, block.logit(c, v).sub(block.own(v)).mul(block.probability(c, v)));
        }
    }
}
