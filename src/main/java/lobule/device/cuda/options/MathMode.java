package lobule.device.cuda.options;

/** How float32 products are computed. */
public enum MathMode {
    /** All 24 bits of every factor. */
    FP32,
    /** Factors rounded to 11 bits for the tensor cores of compute capability 8.0 and newer; sums in float32. */
    TF32
}
