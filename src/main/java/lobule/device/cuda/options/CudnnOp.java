package lobule.device.cuda.options;

import java.util.Locale;
import java.util.stream.Stream;

/** Ops that have an own kernel and can be taken from cuDNN instead, to compare the two. */
public enum CudnnOp {
    /** Max pooling; its gradient goes to one voxel of a window, on ties to whichever cuDNN picks. */
    POOL,
    /** Dropout; draws other numbers than the other devices do. */
    DROPOUT,
    /** Batch renormalisation with given statistics, and its gradient, which needs a second full tensor. */
    NORM;

    /** As settings name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException listing the known labels */
    public static CudnnOp of(String label) {
        return Stream.of(values()).filter(value -> value.label().equals(label)).findFirst().orElseThrow(() ->
                new IllegalArgumentException(label + ", expected pool, dropout or norm"));
    }
}
