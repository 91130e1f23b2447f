package lobule.benchmark.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import lobule.benchmark.contest.Contest;
import lobule.benchmark.contest.Outcome;
import lobule.benchmark.contest.Result;
import lobule.benchmark.document.ResultFolder;
import lobule.benchmark.report.Quantities;
import lobule.benchmark.report.Table;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Entrant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What a step plans, takes, and really has in memory. */
@Command(name = "memory", description = "Bytes that each preset's training step plans and takes, the peak resident"
        + " memory of its process, and what a step allocates on the Java heap.")
final class MemoryCommand implements Callable<Integer> {
    private static final String PLANNED = "planned";
    private static final String TAKEN = "taken";
    private static final String ARENA = "arena";

    @Spec
    private CommandSpec spec;

    @Mixin
    private TaskOptions options;

    @Option(names = "--experiment", split = ",", paramLabel = "NAME", description = "Presets. Default: all four.")
    private List<String> experiments = TaskOptions.EXPERIMENTS;

    @Option(names = "--steps", paramLabel = "N", converter = Count.class,
            description = "After the first. Default: ${DEFAULT-VALUE}.")
    private int steps = 5;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Task> tasks = options.tasks(Mode.TRAINING, experiments);
        List<String> faults = new ArrayList<>();
        try (ResultFolder folder = options.results("memory")) {
            List<Outcome> outcomes = new ArrayList<>();
            Table table = new Table("preset", "step", PLANNED, TAKEN, "of it arena", "peak resident",
                    "Java heap a step");
            tasks.forEach((experiment, task) -> {
                Outcome outcome = Contest.run(List.of(Entrant.LOBULE_CPU), task, steps, out);
                outcomes.add(outcome);
                add(table, experiment, outcome);
                check(experiment, outcome.base(), faults);
            });
            folder.write(outcomes.stream().flatMap(outcome -> outcome.entries().stream()).toList(), outcomes,
                    table.toString(), out);
        }
        faults.forEach(out::println);
        return faults.isEmpty() ? 0 : Commands.CHECK_FAILED;
    }

    private static void add(Table table, String experiment, Outcome outcome) {
        Result result = outcome.base();
        table.add(experiment, outcome.task(), Quantities.bytes(result.memory().get(PLANNED)),
                Quantities.bytes(result.memory().get(TAKEN)), Quantities.bytes(result.memory().get(ARENA)),
                Quantities.bytes(result.peakResident()), result.allocatedBytes() + " bytes");
    }

    /** What was taken is what was planned, and the step was one. */
    private static void check(String experiment, Result result, List<String> faults) {
        long planned = result.memory().get(PLANNED);
        long taken = result.memory().get(TAKEN);
        if (planned != taken) {
            faults.add(experiment + ": planned " + planned + " bytes but took " + taken);
        }
        if (!Double.isFinite(result.fingerprint().loss()) || !(result.fingerprint().gradientNorm() > 0)) {
            faults.add(experiment + ": the step computed " + result.fingerprint());
        }
    }
}
