package lobule.op;

/** An op through which gradients flow. */
public interface Differentiable {

    /** Appends the nodes that turn the gradients of the outputs into those of inputs and parameters. */
    void gradient(Tape tape);

    /** Whether its first output is a loss: its gradient is 1, and nothing may be computed from it on the way to one. */
    default boolean isRoot() {
        return false;
    }
}
