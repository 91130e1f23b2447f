package lobule.benchmark.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import lobule.benchmark.document.ResultFolder;
import lobule.benchmark.jmh.DistinctOps;
import lobule.benchmark.jmh.JmhOptions;
import lobule.benchmark.jmh.Throughput;
import lobule.benchmark.jmh.ThroughputFigures;
import lobule.benchmark.jmh.ThroughputReport;
import lobule.benchmark.machine.FmaPeak;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Each op, each preset's step and patch loading, by JMH. */
@Command(name = "throughput", description = "Times each distinct op of a training step, the step of each preset, and"
        + " patch loading; every result is checked first.")
final class ThroughputCommand implements Callable<Integer> {
    /** What can be measured by itself. */
    enum Part { OPS, STEPS, PATCHES }

    private static final double PEAK_SECONDS = 1;

    @Spec
    private CommandSpec spec;

    @Mixin
    private TaskOptions options;

    @Option(names = "--only", split = ",", paramLabel = "PART", description = "ops, steps, patches; default all.")
    private List<Part> parts = List.of(Part.values());

    @Option(names = "--experiment", split = ",", paramLabel = "NAME", description = "Presets whose steps are timed,"
            + " the first of them op by op. Default: all four.")
    private List<String> experiments = TaskOptions.EXPERIMENTS;

    @Option(names = "--node", split = ",", paramLabel = "NAME", description = "Only the ops of these nodes, such as"
            + " encoder.0.conv2; of those alike the first is measured.")
    private List<String> nodes = List.of();

    @Option(names = "--iterations", paramLabel = "N", converter = Count.class, description = "Measured ones. Default:"
            + " ${DEFAULT-VALUE}.")
    private int iterations = 5;

    @Option(names = "--seconds", paramLabel = "S", converter = Seconds.class, description = "Of an iteration of ops and"
            + " patches. Default: ${DEFAULT-VALUE}.")
    private double seconds = 1;

    @Parameters(paramLabel = "-- JMH", description = "JMH's own options, which go before these: -- -f 2 -prof gc;"
            + " -- -h lists them.")
    private List<String> jmh = List.of();

    @Override
    public Integer call() {
        JmhOptions jmhOptions = JmhOptions.of(jmh);
        if (jmhOptions.printsHelp()) {
            return 0;
        }
        if (!nodes.isEmpty() && !parts.contains(Part.OPS)) {
            throw new ParameterException(spec.commandLine(), "--node selects ops, which --only leaves out");
        }
        Map<String, Task> tasks = options.tasks(Mode.TRAINING, experiments);
        DistinctOps ops = new DistinctOps(tasks.get(experiments.getFirst()));
        Set<String> selected = ops.select(nodes);
        PrintWriter out = spec.commandLine().getOut();
        try (ResultFolder folder = options.results("throughput")) {
            ThroughputFigures figures = measure(options.throughput(iterations, seconds, jmhOptions, folder), tasks,
                    ops, selected);
            folder.write(figures.entries(), figures, ThroughputReport.markdown(figures), out);
        }
        return 0;
    }

    private ThroughputFigures measure(Throughput throughput, Map<String, Task> tasks, DistinctOps ops,
                                      Set<String> selected) {
        double peak = new FmaPeak(throughput.threads()).measure(PEAK_SECONDS);
        return new ThroughputFigures(peak, ops.task(),
                parts.contains(Part.OPS) ? throughput.ops(experiments.getFirst(), ops, selected) : List.of(),
                parts.contains(Part.STEPS) ? throughput.steps(tasks) : List.of(),
                parts.contains(Part.PATCHES) ? throughput.patches(tasks) : List.of());
    }
}
