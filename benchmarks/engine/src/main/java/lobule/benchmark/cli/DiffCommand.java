package lobule.benchmark.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import lobule.benchmark.difference.Difference;
import lobule.benchmark.difference.Difference.Change;
import lobule.benchmark.difference.DifferenceReport;
import lobule.benchmark.document.ResultDocument;
import lobule.benchmark.document.ResultFolder;
import lobule.benchmark.report.Quantities;
import lobule.file.InputException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Two results side by side. */
@Command(name = "diff", description = "Compares two results of one benchmark, entry by entry: B over A, with half the"
        + " width of the ratio's 95 %% interval where both were measured more than once. Less is better.")
final class DiffCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "A", description = "Figures of a run, or its folder.")
    private Path first;

    @Parameters(index = "1", paramLabel = "B", description = "Those that are compared with it.")
    private Path second;

    @Option(names = "--limit", paramLabel = "P", converter = Percentage.class, description = "Such as 5%%: exit with 1"
            + " where an entry of B is worse than in A by more than that, and its interval lies above 1.")
    private Double limit;

    @Override
    public Integer call() {
        ResultDocument a = ResultDocument.read(file(first));
        ResultDocument b = ResultDocument.read(file(second));
        Difference difference = difference(a, b);
        PrintWriter out = spec.commandLine().getOut();
        out.println("A  " + first + ": " + a.benchmark() + ", Lobule " + a.conditions().text());
        out.println("B  " + second + ": " + b.benchmark() + ", Lobule " + b.conditions().text());
        warn(a, b);
        out.println();
        out.println(DifferenceReport.markdown(difference));
        List<Change> slower = limit == null ? List.of() : difference.worseBy(limit);
        slower.forEach(change -> out.println("worse by more than the limit: " + change.key() + ", "
                + Quantities.ratio(change.ratio())));
        out.flush();
        return slower.isEmpty() ? 0 : Commands.CHECK_FAILED;
    }

    private static Path file(Path given) {
        return Files.isDirectory(given) ? given.resolve(ResultFolder.FIGURES) : given;
    }

    private Difference difference(ResultDocument a, ResultDocument b) {
        if (!a.benchmark().equals(b.benchmark())) {
            throw new InputException(second + ": is a result of " + b.benchmark() + ", expected one of "
                    + a.benchmark() + ", as " + first + " is.");
        }
        Difference difference = Difference.of(a, b);
        if (difference.changes().isEmpty()) {
            throw new InputException(second + ": has nothing in common with " + first + ": there is "
                    + difference.onlySecond() + ", and here " + difference.onlyFirst() + ".");
        }
        return difference;
    }

    private void warn(ResultDocument a, ResultDocument b) {
        PrintWriter err = spec.commandLine().getErr();
        a.conditions().differences(b.conditions()).forEach(line -> err.println("warning: not the same " + line));
        a.conditions().disturbance().ifPresent(why -> err.println("warning: A: " + why));
        b.conditions().disturbance().ifPresent(why -> err.println("warning: B: " + why));
        err.flush();
    }
}
