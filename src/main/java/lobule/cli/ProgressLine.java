package lobule.cli;

import java.util.Locale;
import lobule.train.Scores;
import lobule.train.StepMetrics;
import lobule.train.TrainingListener;

/** How a run goes, step by step; evaluations always show. */
final class ProgressLine implements TrainingListener {
    private static final double NANOSECONDS = 1e-9;
    /** Weight of the newest step in the time a step takes. */
    private static final double NEWEST = 0.1;

    private final StatusLine status;
    private final long steps;
    private final long plannedBytes;
    private long lastStepEnd = System.nanoTime();
    private double secondsPerStep;
    private String evaluation = "";

    /** @param plannedBytes memory of the plan, all regions and the arena */
    ProgressLine(StatusLine status, long steps, long plannedBytes) {
        this.status = status;
        this.steps = steps;
        this.plannedBytes = plannedBytes;
    }

    @Override
    public void stepDone(StepMetrics metrics) {
        long now = System.nanoTime();
        // From step to step, so that evaluations and checkpoints count towards what is left.
        double seconds = (now - lastStepEnd) * NANOSECONDS;
        secondsPerStep = secondsPerStep == 0 ? seconds : secondsPerStep + NEWEST * (seconds - secondsPerStep);
        lastStepEnd = now;
        metrics.evaluation().ifPresent(scores -> evaluation = text(scores));
        status.show(line(metrics), metrics.evaluation().isPresent());
    }

    @Override
    public void warned(String sentence) {
        status.keep("warning  " + sentence);
    }

    private static String text(Scores scores) {
        return String.format(Locale.ROOT, "  eval loss %.4f Jaccard %.4f", scores.loss(), scores.jaccard());
    }

    private String line(StepMetrics metrics) {
        return String.format(Locale.ROOT, "step %d/%d  loss %.4f  Jaccard %.4f%s  %.2f s/step  ETA %s  %s",
                metrics.step(), steps, metrics.loss(), metrics.jaccard(), evaluation, metrics.seconds(),
                Quantities.duration((steps - metrics.step()) * secondsPerStep), StatusLine.memory(plannedBytes));
    }
}
