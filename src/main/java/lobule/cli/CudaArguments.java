package lobule.cli;

import java.util.Set;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.device.cuda.options.LibraryFolders;
import lobule.device.cuda.options.MathMode;
import picocli.CommandLine.Option;

/** Options of the CUDA device; mixed into all commands that compute. */
final class CudaArguments {
    private static final long MEBIBYTE = 1L << 20;

    @Option(names = "--gpu", paramLabel = "N", defaultValue = "0",
            description = "Which GPU, from 0 (default: ${DEFAULT-VALUE}).")
    private int gpu;

    @Option(names = "--math", paramLabel = "MODE", defaultValue = "FP32",
            description = "fp32, or tf32: factors rounded to 11 bits for tensor cores (default: ${DEFAULT-VALUE}).")
    private MathMode math;

    @Option(names = "--deterministic", description = "GPU: only algorithms that give the same bits again, none picked "
            + "by its time.")
    private boolean deterministic;

    @Option(names = "--workspace", paramLabel = "MIB", defaultValue = "256",
            description = "GPU: most scratch memory of one algorithm, in MiB (default: ${DEFAULT-VALUE}).")
    private long workspace;

    @Option(names = "--cudnn", paramLabel = "OP", split = ",", description = "GPU: ops taken from cuDNN instead of the "
            + "own kernel, to compare: pool, dropout, norm.")
    private Set<CudnnOp> cudnn = Set.of();

    @Option(names = "--profile", description = "Time every launch, and print at the end where the time went.")
    private boolean profile;

    /** Whether a profile was asked for, on whatever device. */
    boolean profile() {
        return profile;
    }

    CudaOptions options() {
        return CudaOptions.defaults().withLibraryFolders(LibraryFolders.ofEnvironment()).withOrdinal(gpu)
                .withMath(math).withDeterministic(deterministic)
                .withWorkspaceLimit(workspace * MEBIBYTE).withProfile(profile)
                .withCudnnOps(cudnn);
    }
}
