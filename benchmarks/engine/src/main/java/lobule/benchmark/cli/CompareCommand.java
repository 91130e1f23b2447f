package lobule.benchmark.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import lobule.benchmark.contest.ContestReport;
import lobule.benchmark.contest.PeerCheck;
import lobule.benchmark.document.ResultFolder;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Entrant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lobule, libtorch and ONNX Runtime on one network, by turns. */
@Command(name = "compare", description = "Runs a training step and a forward pass in Lobule and its peers by turns,"
        + " each in a process of its own.")
final class CompareCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private TaskOptions options;

    @Mixin
    private CheckOptions checks;

    @Option(names = "--experiment", paramLabel = "NAME", description = "One of the presets. Default:"
            + " ${DEFAULT-VALUE}.")
    private String experiment = TaskOptions.EXPERIMENT;

    @Mixin
    private ContestOptions contest;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Task task = options.task(Mode.TRAINING, experiment);
        PeerCheck check = checks.check(task);
        try (ResultFolder folder = options.results("compare")) {
            if (!check.run(out)) {
                return Commands.CHECK_FAILED;
            }
            List<String> disagreements = ContestReport.disagreements(
                    contest.run(task.withoutDropout(), CompareCommand::entrants, folder, out));
            disagreements.forEach(out::println);
            return disagreements.isEmpty() ? 0 : Commands.CHECK_FAILED;
        }
    }

    /** With Lobule by direct convolution, as the peers compute, beside Lobule at its best. */
    private static List<Entrant> entrants(Mode mode) {
        List<Entrant> entrants = new ArrayList<>(Entrant.all(mode));
        entrants.add(1, Entrant.LOBULE_CPU_DIRECT);
        return entrants;
    }
}
