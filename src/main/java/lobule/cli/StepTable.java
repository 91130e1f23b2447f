package lobule.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
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
        out.printf(Locale.ROOT, "  %-" + width + "s  %10s  %9s  %10s%n", "group", "rel. error", "tolerance", "elements");
        report.groups().forEach(row -> row(row, width));
        out.println(all ? "  all tensors, worst first" : "  worst tensors");
        tensors.forEach(row -> row(row, width));
        out.flush();
    }

    private void row(Comparison row, int width) {
        out.printf(Locale.ROOT, "  %-" + width + "s  %10.2e  %9.0e  %10d  %s%n", row.name(), row.error(), row.tolerance(), row.elements(),
                row.passed() ? "ok" : "FAIL");
    }
}
