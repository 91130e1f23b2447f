package lobule.device.cuda.options;

import java.util.List;
import java.util.Set;
import lobule.device.Device;

/**
 * How a CUDA device is opened.
 *
 * @param ordinal             which of the machine's devices, from 0
 * @param workspaceLimitBytes most scratch memory that one algorithm may ask for
 * @param deterministic       only algorithms that give the same bits again, and none picked by its time
 * @param math                how float32 products are computed
 * @param cudnnOps            ops taken from cuDNN although there is an own kernel
 * @param profile             whether every launch is timed; see {@link Device#timer()}
 * @param libraryFolders      folders searched for the CUDA libraries before the system's own search
 * @param recorded            algorithms of an earlier run, taken again where they still fit
 */
public record CudaOptions(int ordinal, long workspaceLimitBytes, boolean deterministic, MathMode math,
                          Set<CudnnOp> cudnnOps, boolean profile, List<String> libraryFolders,
                          AlgorithmChoices recorded) {
    private static final long DEFAULT_WORKSPACE = 256L << 20;

    public CudaOptions {
        if (ordinal < 0) {
            throw new IllegalArgumentException("device cuda: ordinal is " + ordinal + ", expected at least 0");
        }
        if (workspaceLimitBytes < 0) {
            throw new IllegalArgumentException("device cuda: workspace limit is " + workspaceLimitBytes
                    + " bytes, expected at least 0");
        }
        cudnnOps = Set.copyOf(cudnnOps);
        libraryFolders = List.copyOf(libraryFolders);
    }

    /** The first device, float32, algorithms picked by time, libraries where the system finds them. */
    public static CudaOptions defaults() {
        return new CudaOptions(0, DEFAULT_WORKSPACE, false, MathMode.FP32, Set.of(), false, List.of(),
                AlgorithmChoices.none());
    }

    public CudaOptions withOrdinal(int newOrdinal) {
        return new CudaOptions(newOrdinal, workspaceLimitBytes, deterministic, math, cudnnOps, profile, libraryFolders,
                recorded);
    }

    public CudaOptions withWorkspaceLimit(long bytes) {
        return new CudaOptions(ordinal, bytes, deterministic, math, cudnnOps, profile, libraryFolders,
                recorded);
    }

    public CudaOptions withDeterministic(boolean only) {
        return new CudaOptions(ordinal, workspaceLimitBytes, only, math, cudnnOps, profile, libraryFolders,
                recorded);
    }

    public CudaOptions withMath(MathMode mode) {
        return new CudaOptions(ordinal, workspaceLimitBytes, deterministic, mode, cudnnOps, profile, libraryFolders,
                recorded);
    }

    public CudaOptions withCudnnOps(Set<CudnnOp> ops) {
        return new CudaOptions(ordinal, workspaceLimitBytes, deterministic, math, ops, profile, libraryFolders,
                recorded);
    }

    public CudaOptions withProfile(boolean timed) {
        return new CudaOptions(ordinal, workspaceLimitBytes, deterministic, math, cudnnOps, timed, libraryFolders,
                recorded);
    }

    public CudaOptions withLibraryFolders(List<String> folders) {
        return new CudaOptions(ordinal, workspaceLimitBytes, deterministic, math, cudnnOps, profile, folders,
                recorded);
    }

    public CudaOptions withRecorded(AlgorithmChoices choices) {
        return new CudaOptions(ordinal, workspaceLimitBytes, deterministic, math, cudnnOps, profile, libraryFolders,
                choices);
    }
}
