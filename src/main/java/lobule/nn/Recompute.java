package lobule.nn;

import java.util.Locale;
import java.util.stream.Stream;
import lobule.graph.Node;
import lobule.op.BatchRenorm;
import lobule.op.Convolution;
import lobule.op.CropConcatenate;
import lobule.op.Dropout;
import lobule.op.EncoderOutput;
import lobule.op.MaxPool;
import lobule.op.Op;
import lobule.op.TransposedConvolution;
import lobule.op.Value.Role;

/** What a training step computes again in the backward pass instead of keeping it: memory for time. */
public enum Recompute {
    /** No convolution. Normalised values are always recomputed: they cost one pass over the convolution's output. */
    NONE,
    /** Also the first convolution, the up-convolutions, pooling and concatenation: less than 1 % more work. */
    CHEAP,
    /** Also the second convolution, whose output is the largest tensor: about a tenth more work. */
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
        return switch (this) {
            case NONE -> node.op() instanceof BatchRenorm;
            case CHEAP -> isCheap(node);
            case LEVEL0 -> isCheap(node) || node.name().startsWith("encoder.0.") && node.op() instanceof Convolution;
        };
    }

    private static boolean isCheap(Node node) {
        return switch (node.op()) {
            case BatchRenorm _, EncoderOutput _, TransposedConvolution _, Dropout _, MaxPool _, CropConcatenate _ ->
                    true;
            case Convolution _ -> node.inputs().getFirst().role() == Role.INPUT;
            case Op _ -> false;
        };
    }
}
