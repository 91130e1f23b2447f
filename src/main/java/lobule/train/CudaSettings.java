package lobule.train;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.device.cuda.options.MathMode;
import lobule.file.InputException;

/**
 * How a run computes on a GPU; other devices do not look at it.
 *
 * @param math          how products are computed: fp32 or tf32
 * @param deterministic only algorithms that give the same bits again, and none picked by its time
 * @param workspace     most scratch memory of one algorithm in MiB; null for what suits the card
 * @param cudnn         ops taken from cuDNN instead of the own kernels: pool, dropout, norm
 */
public record CudaSettings(String math, boolean deterministic, Integer workspace, List<String> cudnn) {
    public static final CudaSettings DEFAULT = new CudaSettings(MathMode.FP32.label(), false, null, List.of());
    private static final long MEBIBYTE = 1L << 20;
    private static final int MOST_WORKSPACE = 1 << 20;

    public CudaSettings {
        parsed("cuda.math", math, MathMode::of);
        cudnn = List.copyOf(cudnn);
        cudnn.forEach(op -> parsed("cuda.cudnn", op, CudnnOp::of));
        if (new HashSet<>(cudnn).size() < cudnn.size()) {
            throw new InputException("cuda.cudnn is " + cudnn + ", expected each op once.");
        }
        if (workspace != null && (workspace < 0 || workspace > MOST_WORKSPACE)) {
            throw new InputException("cuda.workspace is " + workspace + ", expected 0 to " + MOST_WORKSPACE
                    + " (MiB), or nothing.");
        }
    }

    private static <T> T parsed(String key, String label, Function<String, T> parser) {
        try {
            return parser.apply(String.valueOf(label));
        } catch (IllegalArgumentException e) {
            throw new InputException(key + " is " + e.getMessage() + ".", e);
        }
    }

    /** What is the machine's and not the run's stays. */
    public CudaOptions over(CudaOptions machine) {
        Set<CudnnOp> ops = cudnn.stream().map(CudnnOp::of).collect(Collectors.toUnmodifiableSet());
        CudaOptions options = machine.withMath(MathMode.of(math)).withDeterministic(deterministic).withCudnnOps(ops);
        return workspace == null ? options : options.withWorkspaceLimit(workspace * MEBIBYTE);
    }

    /** The same with the workspace that a card was given. */
    CudaSettings withWorkspaceLimit(long bytes) {
        return new CudaSettings(math, deterministic, Math.toIntExact(bytes / MEBIBYTE), cudnn);
    }
}
