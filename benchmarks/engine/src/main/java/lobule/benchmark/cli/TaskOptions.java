package lobule.benchmark.cli;

import java.nio.file.Path;
import java.util.List;
import lobule.benchmark.jmh.Throughput;
import lobule.benchmark.report.ResultFolder;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.Task;
import lobule.nn.Recompute;
import picocli.CommandLine.Option;

/** Size of what is measured, and where the figures go. */
public final class TaskOptions {
    public static final String EXPERIMENT = "unet3d-renorm-dice";
    /** All presets, the one that the project is measured by first. */
    public static final List<String> EXPERIMENTS = List.of(EXPERIMENT, "unet3d-renorm-cce",
            "unet3d-dropout-renorm-dice", "unet2d-dropout-renorm-cce");

    @Option(names = "--patch", paramLabel = "DxHxW", description = "Output size; a preset of the other rank keeps its"
            + " own. Default: the preset's.")
    private String patch;

    @Option(names = "--base-channels", paramLabel = "N", description = "Default: the preset's, 32.")
    private int baseChannels;

    @Option(names = "--threads", paramLabel = "N", description = "Default: all cores.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--recompute", paramLabel = "WHAT", description = "none, cheap or level0, in Lobule's training"
            + " step. Default: ${DEFAULT-VALUE}.")
    private Recompute recompute = Recompute.NONE;

    @Option(names = "--out", paramLabel = "DIR", description = "Folder of the results. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("runs", "bench");

    /** A preset at this size. */
    public Task task(Mode mode, String experiment) {
        return Task.ofPreset(mode, experiment, patch, baseChannels, threads).withRecompute(recompute);
    }

    /** JMH's benchmarks at this size. */
    Throughput throughput(int iterations, double seconds) {
        return new Throughput(patch == null ? "" : patch, baseChannels, threads, recompute, iterations, seconds, out);
    }

    public ResultFolder folder() {
        return new ResultFolder(out);
    }
}
