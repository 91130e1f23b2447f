package lobule.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import lobule.nn.UNetConfig;
import lobule.verification.Comparison;
import lobule.verification.StepFixture;
import lobule.verification.StepReport;

/** Prints how a recorded step compares: what decides, then the tensors, worst first. */
final class StepTable {
    private static final int WORST = 5;

    private final PrintWriter out;
    private final boolean all;

    StepTable(PrintWriter out, boolean all) {
        this.out = out;
        this.all = all;
    }

    void print(StepFixture fixture, StepReport report, double seconds) {
        UNetConfig config = fixture.config();
        List<Comparison> tensors = all ? report.tensors() : report.tensors().stream().limit(WORST).toList();
        int width = Stream.concat(report.groups().stream(), tensors.stream())
                .mapToInt(row -> row.name().length()).max().orElse(0);
        out.println();
        out.printf(Locale.ROOT, "%s: %s (%dD, base %d, in %d, logits %s, %s, %.1f s)%n", fixture.file().getFileName(),
                report.passed() ? "ok" : "FAIL", config.rank(), config.baseChannels(), config.inChannels(),
                fixture.output(), fixture.loss().kind().label(), seconds);
        if (!fixture.unused().isEmpty()) {
            out.println("  not used: " + String.join(", ", fixture.unused()));
        }
        out.printf(Locale.ROOT, "  %-" + width + "s  %10s  %9s  %10s%n", "group", "rel. error", "tolerance",
                "elements");
        report.groups().forEach(row -> row(row, width));
        out.println(all ? "  all tensors, worst first" : "  worst tensors");
        tensors.forEach(row -> row(row, width));
        algorithms(report);
        out.flush();
    }

    /** The convolutions of each algorithm; nothing where the device has one way only. */
    private void algorithms(StepReport report) {
        Map<String, List<String>> nodes = new TreeMap<>();
        report.algorithms().forEach((node, algorithm) ->
                nodes.computeIfAbsent(algorithm.isEmpty() ? "direct" : algorithm, _ -> new ArrayList<>()).add(node));
        if (!nodes.keySet().equals(Set.of("direct"))) {
            out.println("  algorithms");
            nodes.forEach((algorithm, names) -> out.println("  " + algorithm + ": " + String.join(", ", names)));
        }
    }

    private void row(Comparison row, int width) {
        out.printf(Locale.ROOT, "  %-" + width + "s  %10.2e  %9.0e  %10d  %s%s%n", row.name(), row.error(),
                row.tolerance(), row.elements(), row.passed() ? "ok" : "FAIL", rule(row));
    }

    /** What decided, where that was not the fixed bound alone. */
    private static String rule(Comparison row) {
        return row.spread().isEmpty() ? "" : String.format(Locale.ROOT,
                "  by near-ties of the step: errors of the device's size move it by %.1e", row.spread().getAsDouble());
    }
}
