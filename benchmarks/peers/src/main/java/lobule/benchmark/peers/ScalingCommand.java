package lobule.benchmark.peers;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import lobule.benchmark.cli.Commands;
import lobule.benchmark.cli.TaskOptions;
import lobule.benchmark.contest.Contest;
import lobule.benchmark.contest.ContestReport;
import lobule.benchmark.contest.Outcome;
import lobule.benchmark.contest.Scaling;
import lobule.benchmark.contest.ScalingPlot;
import lobule.benchmark.machine.Machine;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
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

    @Option(names = "--mode", description = "training or forward. Default: ${DEFAULT-VALUE}.")
    private Mode mode = Mode.TRAINING;

    @Option(names = "--cores", split = ",", paramLabel = "N", description = "Default: 1 to all.")
    private List<Integer> cores = IntStream.rangeClosed(1, Runtime.getRuntime().availableProcessors()).boxed().toList();

    @Option(names = "--patches", split = ",", paramLabel = "S", description = "Patches (S, S, S - 8). Default:"
            + " ${DEFAULT-VALUE}.")
    private List<Long> patches = List.of(28L, 44L, 60L, 76L, 92L);

    @Option(names = "--channels", split = ",", paramLabel = "N", description = "Base channels. Default:"
            + " ${DEFAULT-VALUE}.")
    private List<Integer> channels = List.of(8, 16, 32);

    @Option(names = "--steps", paramLabel = "N", description = "Timed steps of each. Default: ${DEFAULT-VALUE}.")
    private int steps = 3;

    private final Map<Task, Outcome> measured = new LinkedHashMap<>();

    @Override
    public Integer call() {
        Machine machine = Machine.current();
        Task middle = options.task(mode, TaskOptions.EXPERIMENT);
        List<Scaling> scalings = new ArrayList<>();
        scalings.add(scaling("cores", cores, cores.stream().map(middle::withThreads).toList()));
        scalings.add(scaling("patch size", patches, patches.stream()
                .map(size -> middle.withPatch(List.of(size, size, UNetConfig.legalOutputBelow(size - NARROWER))))
                .toList()));
        scalings.add(scaling("base channels", channels, channels.stream().map(middle::withBaseChannels).toList()));
        PrintWriter out = spec.commandLine().getOut();
        options.folder().write("scaling-" + mode, machine, scalings, Scaling.markdown(scalings), out);
        out.println("plot     " + options.folder().write("scaling-" + mode, ScalingPlot.draw(scalings)));
        List<String> disagreements = ContestReport.disagreements(List.copyOf(measured.values()));
        disagreements.forEach(out::println);
        return disagreements.isEmpty() ? 0 : Commands.CHECK_FAILED;
    }

    private Scaling scaling(String axis, List<? extends Number> values, List<Task> tasks) {
        return new Scaling(axis, values.stream().map(Number::longValue).toList(), tasks.stream().map(this::run)
                .toList());
    }

    /** A task that lies on two axes is run once. */
    private Outcome run(Task task) {
        return measured.computeIfAbsent(task, _ -> Contest.run(PeerContenders.class, PeerBenchmarks.entrants(mode),
                task, steps, spec.commandLine().getOut()));
    }
}
