package lobule.op;

import java.util.List;
import lobule.tensor.TensorSpec;

/** What a gradient rule sees of the node it differentiates, and where it appends the backward nodes. */
public interface Tape {

    /** An input to be read by backward nodes: the forward pass's own value, or one recomputed for this node. */
    Value input(int index);

    /** The spec of an input that is not itself read. */
    TensorSpec inputSpec(int index);

    Value output(int index);

    /** Gradient of the loss with respect to an output, already summed over all uses. */
    Value outputGradient(int index);

    /** Whether anything upstream of this input has parameters; if not, its gradient need not be computed. */
    boolean wantsGradient(int input);

    /** Appends a backward node, named after the forward node and {@code suffix}. */
    List<Value> append(String suffix, Op op, List<Value> inputs, List<Value> states);

    /**
     * The state that collects the gradient of a parameter: kernels add to it, or overwrite it on the first mini-batch.
     */
    Value parameterGradient(Value parameter);

    /** Says that {@code gradient} is (a part of) the gradient of an input. */
    void inputGradient(int input, Value gradient);
}
