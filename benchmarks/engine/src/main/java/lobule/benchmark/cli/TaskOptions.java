package lobule.benchmark.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lobule.benchmark.document.Conditions;
import lobule.benchmark.document.ResultFolder;
import lobule.benchmark.jmh.JmhOptions;
import lobule.benchmark.jmh.Throughput;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
import lobule.nn.Recompute;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Size of what is measured, and where the figures go. */
final class TaskOptions {
    static final String EXPERIMENT = "unet3d-renorm-dice";
    /** All presets, the one that the project is measured by first. */
    static final List<String> EXPERIMENTS = List.of(EXPERIMENT, "unet3d-renorm-cce",
            "unet3d-dropout-renorm-dice", "unet2d-dropout-renorm-cce");

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--patch", paramLabel = "DxHxW", description = "Output size; a preset of the other rank keeps its"
            + " own. Default: the preset's.")
    private String patch;

    @Option(names = "--base-channels", paramLabel = "N", converter = Count.class,
            description = "Default: the preset's, 32.")
    private Integer baseChannels;

    @Option(names = "--threads", paramLabel = "N", converter = Count.OfCores.class,
            description = "Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--recompute", paramLabel = "WHAT", description = "none, cheap or level0, in Lobule's training"
            + " step. Default: none.")
    private Recompute recompute = Recompute.NONE;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the folder of the results is made. Default:"
            + " ${DEFAULT-VALUE}.")
    private Path out = Path.of("runs", "bench");

    /**
     * Presets at this size, by name.
     *
     * @throws ParameterException where the patch has the rank of none of them
     * @throws lobule.file.InputException where there is no such preset, or it cannot have such a size
     */
    Map<String, Task> tasks(Mode mode, List<String> experiments) {
        Map<String, Task> tasks = new LinkedHashMap<>();
        experiments.forEach(experiment -> tasks.put(experiment, task(mode, experiment, patch)));
        if (patch != null && tasks.values().stream().noneMatch(task -> task.patch().size() == Task.rank(patch))) {
            throw new ParameterException(command.commandLine(), "--patch is \"" + patch + "\", expected sizes such as "
                    + String.join(" or ", tasks.values().stream().map(Task::patchText).distinct().toList()));
        }
        return tasks;
    }

    /** One preset at this size. */
    Task task(Mode mode, String experiment) {
        return tasks(mode, List.of(experiment)).get(experiment);
    }

    /** A preset at another patch. */
    Task task(Mode mode, String experiment, String otherPatch) {
        return task(mode, experiment, otherPatch, channels());
    }

    /** A preset with other base channels. */
    Task task(Mode mode, String experiment, int otherChannels) {
        return task(mode, experiment, patch, otherChannels);
    }

    private Task task(Mode mode, String experiment, String otherPatch, int otherChannels) {
        return Task.ofPreset(mode, experiment, otherPatch, otherChannels, threads).withRecompute(recompute);
    }

    private int channels() {
        return baseChannels == null ? 0 : baseChannels;
    }

    /** JMH's benchmarks at this size. */
    Throughput throughput(int iterations, double seconds, JmhOptions jmh, ResultFolder folder) {
        return new Throughput(patch == null ? "" : patch, channels(), threads, recompute, iterations, seconds, jmh,
                folder.folder());
    }

    /** Where this run leaves its figures; made before anything is measured. */
    ResultFolder results(String benchmark) {
        List<String> arguments = command.root().commandLine().getParseResult().originalArgs();
        return ResultFolder.create(out, benchmark, Conditions.current(arguments, threads));
    }
}
