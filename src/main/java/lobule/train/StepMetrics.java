package lobule.train;

import java.util.Optional;

/**
 * The record of one optimiser step.
 *
 * @param step         counted from 1
 * @param loss         of the step's own forward passes (dropout on, batch statistics), as are jaccard and dice
 * @param seconds      wall time of the step, evaluation not included
 * @param gradientNorm of all gradients together, before clipping
 * @param evaluation   with running statistics and without dropout, after the update, where the step was evaluated
 */
public record StepMetrics(long step, double loss, double jaccard, double dice, double seconds, double learningRate,
                          double rMax, double dMax, double gradientNorm, Optional<Scores> evaluation) {

    StepMetrics with(Scores scores) {
        return new StepMetrics(step, loss, jaccard, dice, seconds, learningRate, rMax, dMax, gradientNorm,
                Optional.of(scores));
    }
}
