package lobule.op;

/** An op through which gradients flow. */
public interface Differentiable {

    /** Appends the nodes that turn the gradients of the outputs into those of inputs and parameters. */
    void gradient(Tape tape);
}
