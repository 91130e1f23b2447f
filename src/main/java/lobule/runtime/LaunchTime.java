package lobule.runtime;

import java.util.List;
import java.util.stream.Stream;
import lobule.graph.ArithmeticCost;
import lobule.graph.Node;
import lobule.op.Value;

/**
 * How long the last launch of a node took.
 *
 * @param seconds on the device
 */
public record LaunchTime(Node node, double seconds) {

    /** Of all its operands: the least that moves to and from memory. */
    public long bytes() {
        return Stream.of(node.inputs(), node.states(), node.outputs()).flatMap(List::stream).map(Value::spec)
                .mapToLong(spec -> spec.bytes()).sum();
    }

    /** Multiplications and additions of its products; 0 where memory, not arithmetic, sets the pace. */
    public long flop() {
        return ArithmeticCost.flop(node);
    }
}
