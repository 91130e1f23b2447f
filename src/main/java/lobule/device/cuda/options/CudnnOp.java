package lobule.device.cuda.options;

/** Ops that have an own kernel and can be taken from cuDNN instead, to compare the two. */
public enum CudnnOp {
    /** Max pooling; its gradient goes to one voxel of a window, on ties to whichever cuDNN picks. */
    POOL,
    /** Dropout; draws other numbers than the other devices do. */
    DROPOUT,
    /** Batch renormalisation with given statistics, and its gradient, which needs a second full tensor. */
    NORM
}
