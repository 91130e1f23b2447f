package lobule.firsthour;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import lobule.file.InputException;
import lobule.file.JsonFile;

/** Runs steps in order, whatever becomes of each, and has all results so far on disk after every one. */
final class Course {
    private static final double NANOSECONDS = 1e-9;

    private final Path results;
    private final StepLog log;
    private final Path work;
    private final PrintWriter console;
    private final Function<List<StepResult>, Map<String, ?>> summary;
    private final long start = System.nanoTime();

    /**
     * @param folder  of the results
     * @param work    folder of what may be thrown away afterwards
     * @param summary of the results so far, made anew after every step
     */
    Course(String part, Path folder, Path work, PrintWriter console,
           Function<List<StepResult>, Map<String, ?>> summary) throws IOException {
        this.results = folder.resolve(part + ".json");
        this.log = new StepLog(folder.resolve(part + ".log"));
        this.work = work;
        this.console = console;
        this.summary = summary;
    }

    /** @param report with every step pending */
    Report run(Report report, List<Step> steps) throws IOException, InterruptedException {
        Report now = report;
        JsonFile.write(results, now);
        for (int index = 0; index < steps.size(); index++) {
            StepResult result = result(steps.get(index), now.steps().get(index), now.limitSeconds());
            now = now.with(index, result, elapsed());
            now = now.with(summary.apply(now.steps()));
            JsonFile.write(results, now);
            console.println(result.line());
            console.flush();
        }
        return now;
    }

    private double elapsed() {
        return (System.nanoTime() - start) * NANOSECONDS;
    }

    private StepResult result(Step step, StepResult pending, long limitSeconds)
            throws IOException, InterruptedException {
        double left = limitSeconds - elapsed();
        if (!step.obstacle().isEmpty()) {
            return pending.with(Outcome.SKIPPED, step.obstacle());
        }
        if (left < 1) {
            return pending.with(Outcome.SKIPPED, "the " + limitSeconds + " s for all steps are over");
        }
        Duration limit = Duration.ofMillis((long) (1000 * Math.min(left, step.limit().toSeconds())));
        Path printed = work.resolve(step.name() + ".out");
        double began = elapsed();
        OptionalInt code = commands(step, printed, limit);
        double seconds = elapsed() - began;
        log.append(step.name(), printed);
        for (Path more : step.logs()) {
            log.append(step.name() + ", " + more.getFileName(), more);
        }
        return judged(step, pending.ran(seconds, code.isPresent() ? code.getAsInt() : null,
                StepLog.lastLines(printed)), limit);
    }

    /** The exit code of the last one run; empty where the time was up. */
    private OptionalInt commands(Step step, Path printed, Duration limit) throws IOException, InterruptedException {
        double end = elapsed() + limit.toMillis() / 1e3;
        OptionalInt code = OptionalInt.of(0);
        for (List<String> command : step.commands()) {
            long left = (long) (1000 * (end - elapsed()));
            code = left <= 0 ? OptionalInt.empty()
                    : LimitedProcess.run(command, step.environment(), printed, Duration.ofMillis(left));
            if (code.isEmpty() || code.getAsInt() != 0) {
                return code;
            }
        }
        return code;
    }

    private static StepResult judged(Step step, StepResult ran, Duration limit) {
        if (ran.exitCode() == null) {
            return ran.with(Outcome.TIMED_OUT, "killed after " + limit.toSeconds() + " s");
        }
        if (ran.exitCode() != 0) {
            return ran.with(Outcome.FAILED, "exit code " + ran.exitCode() + lastLine(ran.output()));
        }
        try {
            return ran.with(step.figures().read()).with(Outcome.PASSED, "");
        } catch (InputException e) {
            return ran.with(Outcome.FAILED, e.getMessage());
        }
    }

    private static String lastLine(List<String> output) {
        return output.stream().filter(line -> !line.isBlank()).reduce((_, last) -> last).map(line -> ": " + line)
                .orElse("");
    }
}
