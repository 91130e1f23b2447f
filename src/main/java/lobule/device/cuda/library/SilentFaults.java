package lobule.device.cuda.library;

import java.util.List;
import lobule.device.cuda.options.MathMode;

/**
 * Versions of cuDNN with kernels that are wrong and do not say so, as reported to PyTorch. Half and bfloat16 in 3D, of
 * 9.8 to 9.14 (issues 163539, 163581, 166480), belong here as soon as there is such a math mode.
 */
public final class SilentFaults {
    /** TF32 in 3D, 9.10.2 to 9.15: pull request 167024. */
    private static final List<Fault> KNOWN = List.of(new Fault(MathMode.TF32, 3, 91002, 91600));

    private SilentFaults() {}

    /**
     * Kernels of a kind.
     *
     * @param first first version with them, as cuDNN counts
     * @param next  first version without them again
     */
    private record Fault(MathMode math, int spatialRank, long first, long next) {}

    /** Whether results are to be checked before they are believed. */
    public static boolean suspected(MathMode math, int spatialRank, long version) {
        return KNOWN.stream().anyMatch(fault -> fault.math == math && fault.spatialRank == spatialRank
                && version >= fault.first && version < fault.next);
    }
}
