package lobule.benchmark.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Function;
import lobule.benchmark.contest.Contest;
import lobule.benchmark.contest.ContestReport;
import lobule.benchmark.contest.Outcome;
import lobule.benchmark.document.ResultFolder;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Entrant;
import picocli.CommandLine.Option;

/** What is run by turns, and how often. */
final class ContestOptions {
    @Option(names = "--mode", split = ",", paramLabel = "MODE", description = "training, forward; default both.")
    private List<Mode> modes = List.of(Mode.TRAINING, Mode.FORWARD);

    @Option(names = "--steps", paramLabel = "N", converter = Count.class,
            description = "Timed steps of each. Default: ${DEFAULT-VALUE}.")
    private int steps = 5;

    /** Runs a contest in each mode, and leaves its figures and tables in the folder. */
    List<Outcome> run(Task task, Function<Mode, List<Entrant>> entrants, ResultFolder folder, PrintWriter out) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Mode mode : EnumSet.copyOf(modes)) {
            outcomes.add(Contest.run(entrants.apply(mode), task.withMode(mode), steps, out));
        }
        folder.write(outcomes.stream().flatMap(outcome -> outcome.entries().stream()).toList(), outcomes,
                ContestReport.markdown(outcomes), out);
        return outcomes;
    }
}
