package lobule.nn;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import lobule.graph.Node;
import lobule.op.BatchRenorm;
import lobule.op.Convolution;
import lobule.op.Dropout;
import lobule.op.EncoderOutput;
import lobule.op.Op;
import lobule.op.TransposedConvolution;
import lobule.op.Value.Role;

/** What a training step computes again in the backward pass instead of keeping it: memory for time. */
public enum Recompute {
    /** No convolution. Normalised values are always recomputed: they cost one pass over the convolution's output. */
    NONE,
    /** Also the first convolution, the up-convolutions, pooling and concatenation: less than 1 % more work. */
    CHEAP,
    /**
     * Both convolutions of the encoder's first level, whose outputs are the largest tensors, and below it what is
     * cheap: about a tenth more work.
     */
    LEVEL0;

    /** Lower case, as on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException listing the known labels */
    public static Recompute of(String label) {
        for (Recompute value : values()) {
            if (value.label().equals(label)) {
                return value;
            }
        }
        throw new IllegalArgumentException("recompute is \"" + label + "\", expected one of "
                + Stream.of(values()).map(Recompute::label).toList());
    }

    /** Whether a node of the forward pass runs again where the backward pass reads what it made. */
    boolean includes(Node node) {
        return node.op() instanceof BatchRenorm || switch (this) {
            case NONE -> false;
            case CHEAP -> isCheap(node);
            case LEVEL0 -> isInFirstLevel(node) ? node.op() instanceof Convolution : isCheap(node);
        };
    }

    private static boolean isCheap(Node node) {
        return switch (node.op()) {
            case EncoderOutput _, TransposedConvolution _, Dropout _ -> true;
            case Convolution _ -> node.inputs().getFirst().role() == Role.INPUT;
            case Op _ -> false;
        };
    }

    /** The encoder's first level, and what the decoder's reads: to make that again takes the largest tensor again. */
    private static boolean isInFirstLevel(Node node) {
        return node.name().startsWith("encoder.0.")
                || Set.of("decoder.0.up", "decoder.0.dropout").contains(node.name());
    }
}
