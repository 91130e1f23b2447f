package lobule.op;

import java.util.List;
import java.util.Optional;

/** What a gradient rule sees of the node it differentiates, and where it appends the backward nodes. */
public interface Tape {

    /** How a value was made. */
    record Origin(Op op, List<Value> inputs) {}

    /** An input to be read by backward nodes: the forward pass's own value, or one recomputed for this node. */
    Value input(int index);

    /** An input as it was in the forward pass, for its spec and origin; backward nodes do not read it. */
    Value original(int index);

    /** How an input was made; empty where no node made it. */
    Optional<Origin> origin(int input);

    Value output(int index);

    /** Whether an output is used on the way to a loss; of one that is not the gradient is 0, and there is no value. */
    boolean isReached(int output);

    /** Gradient of the losses with respect to an output that is reached, already summed over all uses. */
    Value outputGradient(int index);

    /**
     * Whether an input is or depends on a trained parameter. If so the rule must say what its gradient is, in one of
     * the ways below; if not, none need be computed.
     */
    boolean wantsGradient(int input);

    /**
     * Appends a backward node, named after the forward node and {@code suffix}.
     *
     * @param parameters inputs of the forward node whose gradients are the backward node's states, in order: it adds to
     *                   them, or overwrites them on the first mini-batch. Those that want none are given states too
     */
    List<Value> append(String suffix, Op op, List<Value> inputs, int... parameters);

    /** Says that {@code gradient} is (a part of) the gradient of an input; nothing where it wants none. */
    void inputGradient(int input, Value gradient);

    /** Says that the gradient given for another input includes what flows through this one. */
    void includes(int input);

    /** To be thrown where an input is one that the rule does not hold for. */
    IllegalArgumentException refused(int input, String reason);
}
