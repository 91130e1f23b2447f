package lobule.train;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import lobule.device.Step;
import lobule.nn.TrainingModel;

/** Runs optimiser steps and evaluations of a model. A step takes no memory of a tensor's size. */
final class StepRunner implements AutoCloseable {
    private static final double NANOSECONDS = 1e-9;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment normHost = arena.allocate(ValueLayout.JAVA_FLOAT);
    private final Step step = new Step();
    private final TrainConfig config;
    private final LearningRate rates;
    private final TrainingData data;
    private final TrainingModel model;
    private final ScoreSum trainingScores;
    private final ScoreSum evaluationScores;
    private final HostPatch evaluationPatch;
    private final PatchPipeline patches;

    /** @param microStep mini-batches that were run before */
    StepRunner(TrainConfig config, TrainingData data, TrainingModel model, long microStep) {
        this.config = config;
        this.rates = config.rates();
        this.data = data;
        this.model = model;
        this.trainingScores = new ScoreSum(model.training(), model.trainingRun());
        this.evaluationScores = new ScoreSum(model.evaluation(), model.evaluationRun());
        this.evaluationPatch = HostPatch.allocate(arena, data.shape());
        this.patches = new PatchPipeline(data, microStep);
        step.seed = config.seed();
        step.microStep = microStep;
        step.gradientScale = 1.0 / config.accumulate();
    }

    /**
     * Runs one optimiser step.
     *
     * @param number from 1
     * @throws DivergenceException where the loss or the gradient is not finite; nothing was updated then
     */
    StepMetrics run(long number) {
        long start = System.nanoTime();
        RenormSchedule.Clip clip = config.renorm().at(number);
        step.optimizerStep = number;
        step.learningRate = rates.at(number);
        step.rMax = clip.rMax();
        step.dMax = clip.dMax();
        trainingScores.clear();
        for (int batch = 0; batch < config.accumulate(); batch++) {
            runBatch(batch > 0);
        }
        double norm = update();
        Scores scores = trainingScores.scores();
        return new StepMetrics(number, scores.loss(), scores.jaccard(), scores.dice(),
                (System.nanoTime() - start) * NANOSECONDS, step.learningRate, step.rMax, step.dMax, norm,
                Optional.empty());
    }

    private void runBatch(boolean accumulate) {
        HostPatch patch = patches.take();
        step.accumulate = accumulate;
        model.train(patch.input(), patch.target(), step);
        patches.peek().ifPresent(next -> model.prefetch(next.input(), next.target()));
        double loss = trainingScores.add();
        if (!Double.isFinite(loss)) {
            throw new DivergenceException(step.optimizerStep, "the loss", loss, model.firstNonFinite(step));
        }
        step.microStep++;
    }

    /** The optimiser leaves everything as it is where the norm is not finite. */
    private double update() {
        model.update(step);
        model.trainingRun().download(model.training().gradientNorm().orElseThrow(), normHost);
        double norm = normHost.get(ValueLayout.JAVA_FLOAT, 0);
        if (!Double.isFinite(norm)) {
            step.microStep--; // the last mini-batch, run once more to find the op, keeps its dropout masks
            throw new DivergenceException(step.optimizerStep, "the norm of the gradient", norm,
                    model.firstNonFinite(step));
        }
        return norm;
    }

    /** Runs all evaluation patches with running statistics and without dropout. */
    Scores evaluate() {
        evaluationScores.clear();
        for (Sample sample : data.evaluation()) {
            double loss = evaluate(sample);
            if (!Double.isFinite(loss)) {
                throw new DivergenceException(step.optimizerStep, "the loss in evaluation", loss,
                        model.evaluationRun().firstNonFinite(step));
            }
        }
        return evaluationScores.scores();
    }

    private double evaluate(Sample sample) {
        sample.copyTo(evaluationPatch.input(), evaluationPatch.target());
        model.evaluate(evaluationPatch.input(), evaluationPatch.target(), step);
        return evaluationScores.add();
    }

    /**
     * The logits of a patch, with running statistics and without dropout.
     *
     * @param host (1, classes, D, H, W) floats
     */
    void predict(Sample sample, MemorySegment host) {
        evaluate(sample);
        model.evaluationRun().download(model.evaluation().logits(), host);
    }

    /** Mini-batches run so far. */
    long microStep() {
        return step.microStep;
    }

    @Override
    public void close() {
        patches.close();
        trainingScores.close();
        evaluationScores.close();
        arena.close();
    }
}
