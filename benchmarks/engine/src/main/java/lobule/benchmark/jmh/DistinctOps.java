package lobule.benchmark.jmh;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lobule.benchmark.task.Task;
import lobule.file.InputException;
import lobule.graph.Node;
import lobule.op.Op;
import lobule.op.Value;
import lobule.tensor.TensorSpec;

/** The nodes of a training step that differ in op or in the shapes of their operands. */
public final class DistinctOps {
    private final Task task;
    private final Map<Signature, Node> first = new LinkedHashMap<>();
    private final Map<String, Node> representatives = new LinkedHashMap<>();

    private record Signature(Op op, List<TensorSpec> operands) {
        static Signature of(Node node) {
            return new Signature(node.op(), Stream.of(node.inputs(), node.states(), node.outputs())
                    .flatMap(List::stream).map(Value::spec).toList());
        }
    }

    public DistinctOps(Task task) {
        this.task = task;
        task.trainingNetwork().graph().nodes().forEach(node ->
                representatives.put(node.name(), first.computeIfAbsent(Signature.of(node), _ -> node)));
    }

    public Task task() {
        return task;
    }

    /** How many nodes of the step are alike, by the first of each kind, in the order of the graph. */
    Map<Node, Integer> counts() {
        Map<Node, Integer> counts = new LinkedHashMap<>();
        representatives.values().forEach(node -> counts.merge(node, 1, Integer::sum));
        return counts;
    }

    /**
     * The names of the kinds that some nodes are of; of all kinds where none is named.
     *
     * @throws InputException naming a node that the step has not, with those that it has
     */
    public Set<String> select(List<String> nodes) {
        for (String name : nodes) {
            if (!representatives.containsKey(name)) {
                throw new InputException("--node is \"" + name + "\", which the " + task + " does not have; "
                        + alternatives(name) + ".");
            }
        }
        return (nodes.isEmpty() ? representatives.values().stream() : nodes.stream().map(representatives::get))
                .map(Node::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private String alternatives(String name) {
        List<String> similar = representatives.keySet().stream().filter(known -> known.contains(name)).toList();
        return similar.isEmpty()
                ? "its distinct ops are " + String.join(", ", first.values().stream().map(Node::name).toList())
                : "it has " + String.join(", ", similar);
    }

    /** The node of this name in a training step. */
    static Node node(Task task, String name) {
        return task.trainingNetwork().graph().nodes().stream().filter(node -> node.name().equals(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the network has no node " + name));
    }
}
