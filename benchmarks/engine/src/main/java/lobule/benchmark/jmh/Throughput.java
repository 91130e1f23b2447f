package lobule.benchmark.jmh;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import lobule.benchmark.document.Samples;
import lobule.benchmark.task.FloatingPoint;
import lobule.benchmark.task.Task;
import lobule.graph.Node;
import lobule.nn.Recompute;
import lobule.op.Value;
import lobule.tensor.TensorSpec;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the JMH benchmarks, each op and each preset in a JVM of its own.
 *
 * @param patch        or empty for the presets' own
 * @param baseChannels or 0
 * @param recompute    in the training step
 * @param iterations   measured ones; a third as many warm up
 * @param seconds      of an iteration of ops and patches
 * @param options      of JMH, which go before those
 * @param folder       for JMH's own results
 */
public record Throughput(String patch, int baseChannels, int threads, Recompute recompute, int iterations,
                         double seconds, JmhOptions options, Path folder) {
    private static final double MILLISECONDS = 1e-3;
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    /**
     * Ops of a training step.
     *
     * @param nodes one of each kind that is measured
     */
    public List<OpRow> ops(String experiment, DistinctOps ops, Set<String> nodes) {
        Map<Node, Integer> counts = ops.counts();
        Collection<RunResult> results = run("ops", OpBenchmark.class, timed(Set.of(experiment))
                .param("node", nodes.toArray(String[]::new)));
        return results.stream().map(result -> {
            String name = result.getParams().getParam("node");
            Node node = counts.keySet().stream().filter(kind -> kind.name().equals(name)).findFirst().orElseThrow();
            return new OpRow(name, node.op().label(), counts.get(node), largest(node),
                    FloatingPoint.operations(node), FloatingPoint.bytes(node), samples(result, MILLISECONDS));
        }).sorted(Comparator.comparingDouble(OpRow::secondsOfStep).reversed()).toList();
    }

    private static String largest(Node node) {
        return Stream.of(node.inputs(), node.states(), node.outputs()).flatMap(List::stream).map(Value::spec)
                .max(Comparator.comparingLong(TensorSpec::bytes)).orElseThrow().shape().toString();
    }

    /** The whole step of each preset. */
    public List<StepRow> steps(Map<String, Task> tasks) {
        ChainedOptionsBuilder builder = parameters(options.builder(warmUps(), iterations), tasks.keySet());
        options.countAllocations(builder);
        return run("steps", StepBenchmark.class, builder).stream().map(result -> {
            String experiment = result.getParams().getParam("experiment");
            Task task = tasks.get(experiment);
            return new StepRow(experiment, task, task.floatingPointOperations(), samples(result, 1),
                    result.getSecondaryResults().get(ALLOCATED).getScore());
        }).toList();
    }

    /** Patch loading of each preset. */
    public List<PatchRow> patches(Map<String, Task> tasks) {
        return run("patches", PatchBenchmark.class, timed(tasks.keySet())).stream().map(result -> {
            String experiment = result.getParams().getParam("experiment");
            return new PatchRow(experiment, tasks.get(experiment).patchText(), samples(result, MILLISECONDS));
        }).toList();
    }

    private ChainedOptionsBuilder timed(Set<String> experiments) {
        TimeValue time = new TimeValue(Math.round(seconds / MILLISECONDS), TimeUnit.MILLISECONDS);
        return parameters(options.builder(warmUps(), iterations, time), experiments);
    }

    private ChainedOptionsBuilder parameters(ChainedOptionsBuilder builder, Set<String> experiments) {
        return builder.param("experiment", experiments.toArray(String[]::new)).param("patch", patch)
                .param("baseChannels", String.valueOf(baseChannels)).param("threads", String.valueOf(threads))
                .param("recompute", recompute.name());
    }

    private int warmUps() {
        return Math.ceilDiv(iterations, 3);
    }

    private Collection<RunResult> run(String name, Class<?> benchmark, ChainedOptionsBuilder builder) {
        try {
            return new Runner(builder.include(benchmark.getName()).resultFormat(ResultFormatType.JSON)
                    .result(folder.resolve("jmh-" + name + ".json").toString()).build()).run();
        } catch (RunnerException e) {
            throw new CheckException("the " + name + " were not all measured: see JMH's output for the first that"
                    + " failed", e);
        }
    }

    /** Of each iteration, in all forks. */
    private static Samples samples(RunResult result, double unit) {
        List<Double> seconds = new ArrayList<>();
        result.getPrimaryResult().getStatistics().getRawData().forEachRemaining(score ->
                seconds.addAll(Collections.nCopies(Math.toIntExact(score.getValue()), score.getKey() * unit)));
        return new Samples(seconds);
    }
}
