package lobule.benchmark.contest;

import java.util.List;
import lobule.benchmark.report.Quantities;
import lobule.benchmark.report.Table;

/** Outcomes as Markdown. */
public final class ContestReport {
    private ContestReport() {}

    /** One table an outcome, with the contenders' settings below. */
    public static String markdown(List<Outcome> outcomes) {
        StringBuilder text = new StringBuilder();
        for (Outcome outcome : outcomes) {
            text.append(heading(outcome)).append("\n\n").append(table(outcome)).append('\n');
        }
        outcomes.stream().flatMap(outcome -> outcome.results().stream())
                .map(result -> "- " + result.contender() + ": " + result.description() + "\n").distinct()
                .forEach(text::append);
        return text.toString();
    }

    private static String heading(Outcome outcome) {
        return "**" + outcome.task() + "**: " + Quantities.giga(outcome.floatingPointOperations())
                + " GFLOP a step; peak of the machine " + Quantities.giga(outcome.fmaPeak()) + " GFLOP/s.";
    }

    private static Table table(Outcome outcome) {
        Table table = new Table("library", "least", "median", "over " + outcome.base().contender(), "CPU time",
                "GFLOP/s", "of peak", "peak resident");
        for (Result result : outcome.results()) {
            table.add(result.contender(), Quantities.time(result.least()), Quantities.time(result.median()),
                    Quantities.ratio(outcome.ratio(result)), Quantities.time(result.cpuMedian()),
                    Quantities.giga(outcome.floatingPointOperations() / result.median()),
                    Quantities.percent(outcome.fractionOfPeak(result)), Quantities.bytes(result.peakResident()));
        }
        return table;
    }

    /** What disagrees with the base; empty where all contenders computed the same. */
    public static List<String> disagreements(List<Outcome> outcomes) {
        return outcomes.stream().flatMap(outcome -> outcome.results().stream()
                .filter(result -> !result.fingerprint().agreesWith(outcome.base().fingerprint()))
                .map(result -> outcome.task() + ": " + result.contender() + " computed " + result.fingerprint()
                        + ", " + outcome.base().contender() + " " + outcome.base().fingerprint())).toList();
    }
}
