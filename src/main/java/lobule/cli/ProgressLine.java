package lobule.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import lobule.train.Scores;
import lobule.train.StepMetrics;
import lobule.train.TrainingListener;

/**
 * How a run goes: on a terminal one line, written over and over; elsewhere a line for the first step, for every
 * evaluation, and otherwise every ten seconds.
 */
final class ProgressLine implements TrainingListener {
    private static final double NANOSECONDS = 1e-9;
    private static final double PLAIN_INTERVAL = 10;
    /** Weight of the newest step in the time a step takes. */
    private static final double NEWEST = 0.1;
    private static final String BACK_AND_CLEAR = "\r\033[K";

    private final PrintWriter out;
    private final boolean terminal;
    private final long steps;
    private final long plannedBytes;
    private long lastStepEnd = System.nanoTime();
    private long lastPrint;
    private boolean printed;
    private double secondsPerStep;
    private String evaluation = "";

    /** @param plannedBytes memory of the plan, all regions and the arena */
    ProgressLine(PrintWriter out, boolean terminal, long steps, long plannedBytes) {
        this.out = out;
        this.terminal = terminal;
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
        if (terminal) {
            out.print(BACK_AND_CLEAR + line(metrics));
            out.flush();
        } else if (!printed || metrics.evaluation().isPresent() || (now - lastPrint) * NANOSECONDS >= PLAIN_INTERVAL) {
            printed = true;
            lastPrint = now;
            out.println(line(metrics));
            out.flush();
        }
    }

    /** Leaves the line as it is and goes to the next. */
    void end() {
        if (terminal) {
            out.println();
        }
        out.flush();
    }

    private static String text(Scores scores) {
        return String.format(Locale.ROOT, "  eval loss %.4f Jaccard %.4f", scores.loss(), scores.jaccard());
    }

    private String line(StepMetrics metrics) {
        String memory = Quantities.bytes(plannedBytes) + " planned";
        OptionalLong resident = residentBytes();
        if (resident.isPresent()) {
            memory += ", " + Quantities.bytes(resident.getAsLong()) + " resident";
        }
        return String.format(Locale.ROOT, "step %d/%d  loss %.4f  Jaccard %.4f%s  %.2f s/step  ETA %s  %s",
                metrics.step(), steps, metrics.loss(), metrics.jaccard(), evaluation, metrics.seconds(),
                Quantities.duration((steps - metrics.step()) * secondsPerStep), memory);
    }

    /** Of this process, as Linux tells it. */
    private static OptionalLong residentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst();
        } catch (IOException e) {
            return OptionalLong.empty(); // not Linux: the line goes without it
        }
    }
}
