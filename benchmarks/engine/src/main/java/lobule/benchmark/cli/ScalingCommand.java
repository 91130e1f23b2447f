package lobule.benchmark.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import lobule.benchmark.contest.Contest;
import lobule.benchmark.contest.ContestReport;
import lobule.benchmark.contest.Outcome;
import lobule.benchmark.contest.Scaling;
import lobule.benchmark.contest.ScalingPlot;
import lobule.benchmark.document.ResultFolder;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
import lobule.benchmark.worker.Entrant;
import lobule.nn.UNetConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How the time of a step grows with the task and shrinks with cores. */
@Command(name = "scaling", description = "Runs Lobule and its peers by turns over cores, patch sizes and base channels,"
        + " one at a time from a network in the middle.")
final class ScalingCommand implements Callable<Integer> {
    private static final long NARROWER = 8;

    @Spec
    private CommandSpec spec;

    @Mixin
    private TaskOptions options;

    @Option(names = "--mode", paramLabel = "MODE", description = "training or forward. Default: ${DEFAULT-VALUE}.")
    private Mode mode = Mode.TRAINING;

    @Option(names = "--cores", split = ",", paramLabel = "N", converter = Count.OfCores.class,
            description = "Default: 1 to all.")
    private List<Integer> cores = IntStream.rangeClosed(1, Runtime.getRuntime().availableProcessors()).boxed().toList();

    @Option(names = "--patches", split = ",", paramLabel = "S", converter = Count.class,
            description = "Patches (S, S, S - 8). Default:"
            + " ${DEFAULT-VALUE}.")
    private List<Integer> patches = List.of(28, 44, 60, 76, 92);

    @Option(names = "--channels", split = ",", paramLabel = "N", converter = Count.class,
            description = "Base channels. Default:"
            + " ${DEFAULT-VALUE}.")
    private List<Integer> channels = List.of(8, 16, 32);

    @Option(names = "--steps", paramLabel = "N", converter = Count.class,
            description = "Timed steps of each. Default: ${DEFAULT-VALUE}.")
    private int steps = 3;

    private final Map<Task, Outcome> measured = new LinkedHashMap<>();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Task middle = options.task(mode, TaskOptions.EXPERIMENT);
        List<Task> ofPatches = patches.stream().map(this::ofPatch).toList();
        List<Task> ofChannels = channels.stream()
                .map(count -> options.task(mode, TaskOptions.EXPERIMENT, count)).toList();
        String benchmark = "scaling-" + mode;
        try (ResultFolder folder = options.results(benchmark)) {
            List<Scaling> scalings = List.of(
                    scaling("cores", cores, cores.stream().map(middle::withThreads).toList()),
                    scaling("patch size", patches, ofPatches),
                    scaling("base channels", channels, ofChannels));
            folder.write(scalings.stream().flatMap(scaling -> scaling.entries().stream()).toList(), scalings,
                    Scaling.markdown(scalings), out);
            out.println("plot     " + folder.write("plot", ScalingPlot.draw(scalings)));
        }
        List<String> disagreements = ContestReport.disagreements(List.copyOf(measured.values()));
        disagreements.forEach(out::println);
        return disagreements.isEmpty() ? 0 : Commands.CHECK_FAILED;
    }

    /** Sizes that a network cannot have are refused here, before anything runs. */
    private Task ofPatch(int size) {
        long narrow = UNetConfig.legalOutputBelow(size - NARROWER);
        return options.task(mode, TaskOptions.EXPERIMENT, size + "x" + size + "x" + narrow);
    }

    private Scaling scaling(String axis, List<Integer> values, List<Task> tasks) {
        return new Scaling(axis, values.stream().distinct().map(Integer::longValue).toList(),
                tasks.stream().distinct().map(this::run).toList());
    }

    /** A task that lies on two axes is run once. */
    private Outcome run(Task task) {
        return measured.computeIfAbsent(task, _ -> Contest.run(Entrant.all(mode),
                task, steps, spec.commandLine().getOut()));
    }
}
