package lobule.train;

import java.util.ArrayList;
import java.util.List;
import lobule.file.InputException;

/** A learning rate that changes at given optimiser steps, counted from 1. */
public record LearningRate(List<Stage> stages) {

    /**
     * @param step the first optimiser step at this rate
     * @param rate above 0
     */
    public record Stage(long step, double rate) {
        public Stage {
            if (!(rate > 0) || !Double.isFinite(rate)) {
                throw new InputException("learning-rate.rate is " + rate + ", expected a number above 0.");
            }
        }
    }

    public LearningRate {
        stages = List.copyOf(stages);
        if (stages.isEmpty() || stages.getFirst().step() > 1) {
            throw new InputException("learning-rate has no stage for step 1; begin the list with"
                    + " {step: 1, rate: 5.0e-4}.");
        }
        for (int i = 1; i < stages.size(); i++) {
            if (stages.get(i).step() <= stages.get(i - 1).step()) {
                throw new InputException("learning-rate has a stage from step " + stages.get(i).step()
                        + " after one from step " + stages.get(i - 1).step() + "; list them in rising order.");
            }
        }
    }

    /**
     * These rates for the steps done, and others from then on.
     *
     * @param done the last step at these rates
     */
    LearningRate then(long done, LearningRate later) {
        List<Stage> all = new ArrayList<>(stages.stream().filter(stage -> stage.step() <= done).toList());
        add(all, new Stage(done + 1, later.at(done + 1)));
        later.stages.stream().filter(stage -> stage.step() > done + 1).forEach(stage -> add(all, stage));
        return new LearningRate(all);
    }

    private static void add(List<Stage> stages, Stage next) {
        if (stages.isEmpty() || stages.getLast().rate() != next.rate()) {
            stages.add(next);
        }
    }

    /** The rate of a step: that of the last stage that has begun. */
    public double at(long step) {
        double rate = stages.getFirst().rate();
        for (Stage stage : stages) {
            if (stage.step() <= step) {
                rate = stage.rate();
            }
        }
        return rate;
    }
}
