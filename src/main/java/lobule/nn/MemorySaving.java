package lobule.nn;

/**
 * How a U-Net's graph is built, which changes its memory and time but none of its values beyond the order of sums.
 *
 * @param fused     {@link lobule.op.EncoderOutput}, dropout inside the normalisation, and up-convolutions that write
 *                  the concatenation; if not, each op is a node of its own, for comparison with libraries that have
 *                  them so
 * @param recompute what the backward pass computes again
 */
public record MemorySaving(boolean fused, Recompute recompute) {
    public static final MemorySaving DEFAULT = new MemorySaving(true, Recompute.NONE);

    public MemorySaving {
        if (!fused && recompute != Recompute.NONE) {
            throw new IllegalArgumentException("recompute is " + recompute.label() + ", expected none where a library "
                    + "computes pooling, dropout or normalisation");
        }
    }
}
