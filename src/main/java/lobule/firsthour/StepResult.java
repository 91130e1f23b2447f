package lobule.firsthour;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * What a step came to; components are the keys in the results.
 *
 * @param message  why it did not pass; empty where it did
 * @param exitCode of its last command; null where none has ended
 * @param output   the last lines that it printed; all are in the log
 */
record StepResult(String name, Outcome outcome, String message, double seconds, long limitSeconds,
                  List<String> commands, Integer exitCode, Map<String, ?> figures, List<String> output) {

    static StepResult pending(Step step) {
        return new StepResult(step.name(), Outcome.PENDING, "", 0, step.limit().toSeconds(),
                step.commands().stream().map(command -> String.join(" ", command)).toList(), null, Map.of(), List.of());
    }

    StepResult with(Outcome now, String why) {
        return new StepResult(name, now, why, seconds, limitSeconds, commands, exitCode, figures, output);
    }

    StepResult ran(double time, Integer code, List<String> lines) {
        return new StepResult(name, outcome, message, time, limitSeconds, commands, code, figures, lines);
    }

    StepResult with(Map<String, ?> read) {
        return new StepResult(name, outcome, message, seconds, limitSeconds, commands, exitCode, read, output);
    }

    /** Median time of a training step in it; NaN where none was timed. */
    double stepSeconds() {
        return switch (figures.get(RunFigures.MEDIAN)) {
            case Number number -> number.doubleValue();
            case JsonNode node when node.isNumber() -> node.doubleValue();
            case null, default -> Double.NaN;
        };
    }

    /** For the console. */
    String line() {
        String detail = Double.isNaN(stepSeconds()) ? message
                : String.format(Locale.ROOT, "%.1f ms a training step", 1e3 * stepSeconds());
        return String.format(Locale.ROOT, "%-24s %-9s %6.1f s  %s", name, outcome.label(), seconds, detail)
                .stripTrailing();
    }
}
