package lobule.device.cuda.options;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import lobule.device.Device;

/**
 * How a CUDA device is opened.
 *
 * @param ordinal             which of the machine's devices, from 0
 * @param workspaceLimit      most scratch bytes that one algorithm may ask for; empty for what suits the card
 * @param deterministic       only algorithms that give the same bits again, and none picked by its time
 * @param math                how float32 products are computed
 * @param cudnnOps            ops taken from cuDNN although there is an own kernel
 * @param profile             whether every launch is timed; see {@link Device#timer()}
 * @param libraryFolders      folders searched for the CUDA libraries before the system's own search
 * @param recorded            algorithms of an earlier run, taken again where they still fit
 */
public record CudaOptions(int ordinal, OptionalLong workspaceLimit, boolean deterministic, MathMode math,
                          Set<CudnnOp> cudnnOps, boolean profile, List<String> libraryFolders,
                          AlgorithmChoices recorded) {
    private static final long MEBIBYTE = 1L << 20;
    private static final long SMALL_WORKSPACE = 256 * MEBIBYTE;
    private static final long LARGEST_WORKSPACE = 2048 * MEBIBYTE;
    /** Of what is free. */
    private static final long WORKSPACE_SHARE = 8;
    /** What cards of 16 GiB show is a little less. */
    private static final long LARGE_CARD = 15L << 30;

    public CudaOptions {
        if (ordinal < 0) {
            throw new IllegalArgumentException("device cuda: ordinal is " + ordinal + ", expected at least 0");
        }
        if (workspaceLimit.orElse(0) < 0) {
            throw new IllegalArgumentException("device cuda: workspace limit is " + workspaceLimit.getAsLong()
                    + " bytes, expected at least 0");
        }
        cudnnOps = Set.copyOf(cudnnOps);
        libraryFolders = List.copyOf(libraryFolders);
    }

    /** The first device, float32, algorithms picked by time, libraries where the system finds them. */
    public static CudaOptions defaults() {
        return new CudaOptions(0, OptionalLong.empty(), false, MathMode.FP32, Set.of(), false, List.of(),
                AlgorithmChoices.none());
    }

    /** The limit; that of small cards where none was given and the card is not known. */
    public long workspaceLimitBytes() {
        return workspaceLimit.orElse(SMALL_WORKSPACE);
    }

    /**
     * The same with a limit for this card where none was given, in whole MiB. Large cards have the memory that tensor
     * cores want for the first level.
     */
    public CudaOptions on(long totalBytes, long freeBytes) {
        long suits = totalBytes < LARGE_CARD ? SMALL_WORKSPACE
                : Math.min(LARGEST_WORKSPACE, freeBytes / WORKSPACE_SHARE / MEBIBYTE * MEBIBYTE);
        return workspaceLimit.isPresent() ? this : withWorkspaceLimit(suits);
    }

    public CudaOptions withOrdinal(int newOrdinal) {
        return new CudaOptions(newOrdinal, workspaceLimit, deterministic, math, cudnnOps, profile, libraryFolders,
                recorded);
    }

    public CudaOptions withWorkspaceLimit(long bytes) {
        return new CudaOptions(ordinal, OptionalLong.of(bytes), deterministic, math, cudnnOps, profile, libraryFolders,
                recorded);
    }

    public CudaOptions withDeterministic(boolean only) {
        return new CudaOptions(ordinal, workspaceLimit, only, math, cudnnOps, profile, libraryFolders,
                recorded);
    }

    public CudaOptions withMath(MathMode mode) {
        return new CudaOptions(ordinal, workspaceLimit, deterministic, mode, cudnnOps, profile, libraryFolders,
                recorded);
    }

    public CudaOptions withCudnnOps(Set<CudnnOp> ops) {
        return new CudaOptions(ordinal, workspaceLimit, deterministic, math, ops, profile, libraryFolders,
                recorded);
    }

    public CudaOptions withProfile(boolean timed) {
        return new CudaOptions(ordinal, workspaceLimit, deterministic, math, cudnnOps, timed, libraryFolders,
                recorded);
    }

    public CudaOptions withLibraryFolders(List<String> folders) {
        return new CudaOptions(ordinal, workspaceLimit, deterministic, math, cudnnOps, profile, folders,
                recorded);
    }

    public CudaOptions withRecorded(AlgorithmChoices choices) {
        return new CudaOptions(ordinal, workspaceLimit, deterministic, math, cudnnOps, profile, libraryFolders,
                choices);
    }
}
