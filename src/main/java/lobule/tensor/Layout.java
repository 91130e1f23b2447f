package lobule.tensor;

/** Who decides the order of a tensor's elements in memory. */
public enum Layout {
    /** Row-major in the order of the shape, on every device: parameters, labels, sums. */
    ROW_MAJOR,
    /** An activation, logically NCDHW or NCHW; the device stores it as it computes fastest (NDHWC on the CPU). */
    ACTIVATION
}
