package lobule.device.cuda.options;

import java.util.Locale;
import java.util.stream.Stream;

/** How float32 products are computed. */
public enum MathMode {
    /** All 24 bits of every factor. */
    FP32(0x1p-24),
    /** Factors rounded to 11 bits for the tensor cores of compute capability 8.0 and newer; sums in float32. */
    TF32(0x1p-11);

    /** Of the first GPUs with it. */
    private static final int TF32_CAPABILITY = 80;

    private final double roundoff;

    MathMode(double roundoff) {
        this.roundoff = roundoff;
    }

    /** Whether tensor cores of a GPU round factors unless they are told not to. */
    public static boolean isRounding(int capability) {
        return capability >= TF32_CAPABILITY;
    }

    /**
     * What comes of it on a GPU, which may have only float32.
     *
     * @param capability 61 for compute capability 6.1
     */
    public MathMode on(int capability) {
        return isRounding(capability) ? this : FP32;
    }

    /** Unit roundoff of the factors. */
    public double roundoff() {
        return roundoff;
    }

    /** As settings name it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException listing the known labels */
    public static MathMode of(String label) {
        return Stream.of(values()).filter(value -> value.label().equals(label)).findFirst().orElseThrow(() ->
                new IllegalArgumentException(label + ", expected fp32 or tf32"));
    }
}
