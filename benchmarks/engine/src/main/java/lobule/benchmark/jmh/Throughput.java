package lobule.benchmark.jmh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import lobule.benchmark.task.FloatingPoint;
import lobule.benchmark.task.Task;
import lobule.file.InputException;
import lobule.graph.Node;
import lobule.nn.Recompute;
import lobule.op.Value;
import lobule.tensor.TensorSpec;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the JMH benchmarks, each op and each preset in a JVM of its own.
 *
 * @param patch        or empty for the presets' own
 * @param baseChannels or 0
 * @param recompute    in the training step
 * @param iterations   measured ones; a third as many warm up
 * @param seconds      of an iteration of ops and patches
 * @param folder       for JMH's own results
 */
public record Throughput(String patch, int baseChannels, int threads, Recompute recompute, int iterations,
                         double seconds, Path folder) {
    private static final double MILLISECONDS = 1e-3;
    private static final String ALLOCATED = "gc.alloc.rate.norm";

    /** All distinct ops of a training step, or those of them whose nodes are named. */
    public List<OpRow> ops(String experiment, Task task, List<String> nodes) {
        Map<Node, Integer> kinds = DistinctOps.of(task);
        List<String> names = kinds.keySet().stream().map(Node::name)
                .filter(name -> nodes.isEmpty() || nodes.contains(name)).toList();
        Collection<RunResult> results = run("ops", OpBenchmark.class, timed(List.of(experiment))
                .param("node", names.toArray(String[]::new)));
        return results.stream().map(result -> {
            Node node = DistinctOps.node(task, result.getParams().getParam("node"));
            return new OpRow(node.name(), node.op().label(), kinds.get(node), largest(node),
                    FloatingPoint.operations(node), FloatingPoint.bytes(node), primary(result) * MILLISECONDS,
                    error(result) * MILLISECONDS);
        }).sorted(Comparator.comparingDouble(OpRow::secondsOfStep).reversed()).toList();
    }

    private static String largest(Node node) {
        return Stream.of(node.inputs(), node.states(), node.outputs()).flatMap(List::stream).map(Value::spec)
                .max(Comparator.comparingLong(TensorSpec::bytes)).orElseThrow().shape().toString();
    }

    /** The whole step of each preset. */
    public List<StepRow> steps(List<String> experiments, Function<String, Task> tasks) {
        Collection<RunResult> results = run("steps", StepBenchmark.class, of(experiments)
                .measurementIterations(iterations).warmupIterations(warmUps()).addProfiler(GCProfiler.class));
        return results.stream().map(result -> {
            String experiment = result.getParams().getParam("experiment");
            Task task = tasks.apply(experiment);
            return new StepRow(experiment, task.toString(), task.floatingPointOperations(), primary(result),
                    error(result), result.getSecondaryResults().get(ALLOCATED).getScore());
        }).toList();
    }

    /** Patch loading of each preset. */
    public List<PatchRow> patches(List<String> experiments, Function<String, Task> tasks) {
        return run("patches", PatchBenchmark.class, timed(experiments)).stream().map(result -> {
            String experiment = result.getParams().getParam("experiment");
            return new PatchRow(experiment, tasks.apply(experiment).patchText(), primary(result) * MILLISECONDS,
                    error(result) * MILLISECONDS);
        }).toList();
    }

    private ChainedOptionsBuilder timed(List<String> experiments) {
        TimeValue time = new TimeValue(Math.round(seconds / MILLISECONDS), TimeUnit.MILLISECONDS);
        return of(experiments).measurementIterations(iterations).measurementTime(time).warmupIterations(warmUps())
                .warmupTime(time);
    }

    private ChainedOptionsBuilder of(List<String> experiments) {
        return new OptionsBuilder().forks(1).shouldFailOnError(true)
                .param("experiment", experiments.toArray(String[]::new)).param("patch", patch)
                .param("baseChannels", String.valueOf(baseChannels)).param("threads", String.valueOf(threads))
                .param("recompute", recompute.name());
    }

    private int warmUps() {
        return Math.ceilDiv(iterations, 3);
    }

    private Collection<RunResult> run(String name, Class<?> benchmark, ChainedOptionsBuilder options) {
        try {
            Files.createDirectories(folder);
            return new Runner(options.include(benchmark.getName()).resultFormat(ResultFormatType.JSON)
                    .result(folder.resolve("jmh-" + name + ".json").toString()).build()).run();
        } catch (RunnerException e) {
            throw new CheckException("the " + name + " were not all measured: see JMH's output for the first that"
                    + " failed", e);
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be written (" + e + "); choose another folder with --out.", e);
        }
    }

    private static double primary(RunResult result) {
        return result.getPrimaryResult().getScore();
    }

    private static double error(RunResult result) {
        Result<?> primary = result.getPrimaryResult();
        return primary.getScoreError();
    }
}
