package lobule.graph;

import java.util.List;
import lobule.op.Op;
import lobule.op.Value;

/**
 * One op applied to values.
 *
 * @param name    unique in its graph, {@code decoder.0.conv1.weights}
 * @param inputs  only read
 * @param states  read and updated in place; live in regions of their own, never in the arena
 * @param outputs written whole, by this node alone
 */
public record Node(String name, Phase phase, Op op, List<Value> inputs, List<Value> states, List<Value> outputs) {
    public Node {
        inputs = List.copyOf(inputs);
        states = List.copyOf(states);
        outputs = List.copyOf(outputs);
    }

    @Override
    public String toString() {
        return name + " (" + op.label() + ")";
    }
}
