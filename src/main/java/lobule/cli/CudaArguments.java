package lobule.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.device.cuda.options.LibraryFolders;
import lobule.device.cuda.options.MathMode;
import lobule.train.CudaSettings;
import picocli.CommandLine.Option;

/** Options of the CUDA device; mixed into all commands that compute. */
final class CudaArguments {
    @Option(names = "--gpu", paramLabel = "N", defaultValue = "0",
            description = "Which GPU, from 0 (default: ${DEFAULT-VALUE}).")
    private int gpu;

    @Option(names = "--math", paramLabel = "MODE", description = "fp32, or tf32: factors rounded to 11 bits for tensor "
            + "cores (default: fp32).")
    private MathMode math;

    @Option(names = "--deterministic", negatable = true, description = "GPU: only algorithms that give the same bits "
            + "again, none picked by its time.")
    private Boolean deterministic;

    @Option(names = "--workspace", paramLabel = "MIB", description = "GPU: most scratch memory of one algorithm, in "
            + "MiB (default: 256; on cards of 16 GiB and more an eighth of what is free, at most 2048).")
    private Integer workspace;

    @Option(names = "--cudnn", paramLabel = "OP", split = ",", description = "GPU: ops taken from cuDNN instead of the "
            + "own kernel, to compare: pool, dropout, norm.")
    private Set<CudnnOp> cudnn;

    @Option(names = "--profile", description = "Time every launch, and print at the end where the time went.")
    private boolean profile;

    /** Whether a profile was asked for, on whatever device. */
    boolean profile() {
        return profile;
    }

    /** The settings among them that are given, by their keys in a settings file. */
    Map<String, Object> given() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("cuda.math", math == null ? null : math.label());
        given.put("cuda.deterministic", deterministic);
        given.put("cuda.workspace", workspace);
        given.put("cuda.cudnn", cudnn == null ? null : cudnn.stream().map(CudnnOp::label).sorted().toList());
        given.values().removeIf(Objects::isNull);
        return given;
    }

    /** For a command that has no settings. */
    CudaOptions options() {
        return options(CudaSettings.DEFAULT);
    }

    /** Those given override the settings. */
    CudaOptions options(CudaSettings settings) {
        return new CudaSettings(math == null ? settings.math() : math.label(),
                deterministic == null ? settings.deterministic() : deterministic,
                workspace == null ? settings.workspace() : workspace,
                cudnn == null ? settings.cudnn() : cudnn.stream().map(CudnnOp::label).sorted().toList())
                .over(CudaOptions.defaults().withLibraryFolders(LibraryFolders.ofEnvironment()).withOrdinal(gpu)
                        .withProfile(profile));
    }
}
