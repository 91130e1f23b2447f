package lobule.benchmark.jmh;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lobule.benchmark.task.Task;
import lobule.graph.Node;
import lobule.op.Op;
import lobule.op.Value;
import lobule.tensor.TensorSpec;

/** The nodes of a training step that differ in op or in the shapes of their operands. */
final class DistinctOps {
    private DistinctOps() {}

    private record Signature(Op op, List<TensorSpec> operands) {
        static Signature of(Node node) {
            return new Signature(node.op(), Stream.of(node.inputs(), node.states(), node.outputs())
                    .flatMap(List::stream).map(Value::spec).toList());
        }
    }

    /** The first node of each kind, by name, in the order of the graph, with the number of its kind. */
    static Map<Node, Integer> of(Task task) {
        Map<Signature, Node> first = new LinkedHashMap<>();
        Map<Node, Integer> counts = new LinkedHashMap<>();
        for (Node node : task.trainingNetwork().graph().nodes()) {
            counts.merge(first.computeIfAbsent(Signature.of(node), _ -> node), 1, Integer::sum);
        }
        return counts;
    }

    /** The node of this name in a training step. */
    static Node node(Task task, String name) {
        return task.trainingNetwork().graph().nodes().stream().filter(node -> node.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the network has no node " + name));
    }
}
