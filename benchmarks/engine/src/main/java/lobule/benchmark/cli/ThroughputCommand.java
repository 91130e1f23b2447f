package lobule.benchmark.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import lobule.benchmark.jmh.OpRow;
import lobule.benchmark.jmh.PatchRow;
import lobule.benchmark.jmh.StepRow;
import lobule.benchmark.jmh.Throughput;
import lobule.benchmark.jmh.ThroughputReport;
import lobule.benchmark.machine.FmaPeak;
import lobule.benchmark.machine.Machine;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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
            + " encoder.0.conv2.")
    private List<String> nodes = List.of();

    @Option(names = "--iterations", paramLabel = "N", description = "Measured ones. Default: ${DEFAULT-VALUE}.")
    private int iterations = 5;

    @Option(names = "--seconds", paramLabel = "S", description = "Of an iteration of ops and patches. Default:"
            + " ${DEFAULT-VALUE}.")
    private double seconds = 1;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Machine machine = Machine.current();
        Throughput throughput = options.throughput(iterations, seconds);
        Task first = task(experiments.getFirst());
        double peak = new FmaPeak(first.threads()).measure(PEAK_SECONDS);
        List<OpRow> ops = parts.contains(Part.OPS) ? throughput.ops(experiments.getFirst(), first, nodes) : List.of();
        List<StepRow> steps = parts.contains(Part.STEPS) ? throughput.steps(experiments, this::task) : List.of();
        List<PatchRow> patches = parts.contains(Part.PATCHES) ? throughput.patches(experiments, this::task)
                : List.of();
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("fma_peak", peak);
        figures.put("ops_of", first);
        figures.put("ops", ops);
        figures.put("steps", steps);
        figures.put("patches", patches);
        options.folder().write("throughput", machine, figures,
                ThroughputReport.markdown(first, peak, ops, steps, patches), out);
        return 0;
    }

    private Task task(String experiment) {
        return options.task(Mode.TRAINING, experiment);
    }
}
