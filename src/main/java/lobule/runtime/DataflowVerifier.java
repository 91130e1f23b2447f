package lobule.runtime;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.plan.Placement;

/**
 * Proves, by following what each node writes where, that every node reads what was written for it. Knows nothing of how
 * lifetimes were found or which values share memory.
 */
final class DataflowVerifier {
    private final Graph graph;
    private final Map<Value, Placement> placements;
    /** Values whose memory still holds them. */
    private final Set<Value> intact = new HashSet<>();

    private DataflowVerifier(Graph graph, Map<Value, Placement> placements) {
        this.graph = graph;
        this.placements = placements;
    }

    /**
     * @param placements of all values in the arena
     * @param workspaces one a node
     * @throws IllegalStateException naming the node and the value that it would find overwritten
     */
    static void verify(Graph graph, Map<Value, Placement> placements, List<Placement> workspaces) {
        new DataflowVerifier(graph, placements).verify(workspaces);
    }

    private void verify(List<Placement> workspaces) {
        intact.addAll(graph.values(Role.INPUT));
        List<Node> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            verify(nodes.get(i), workspaces.get(i));
        }
        List<Value> readable = new ArrayList<>(graph.values(Role.INPUT));
        readable.addAll(graph.outputs());
        readable.forEach(value -> requireIntact("the end of the program", value));
    }

    private void verify(Node node, Placement workspace) {
        List<Value> inputs = node.inputs().stream().filter(placements::containsKey).toList();
        inputs.forEach(input -> requireIntact("node " + node, input));
        overwrite(workspace);
        inputs.forEach(input -> requireIntact("node " + node, input));
        for (Value output : node.outputs()) {
            for (Value input : inputs) {
                boolean overlap = overlap(placements.get(output), placements.get(input));
                if (overlap && !mayOverwrite(node, output, input)) {
                    throw new IllegalStateException("memory plan: node " + node + " would write " + output
                            + " over its input " + input);
                }
            }
        }
        node.outputs().forEach(output -> overwrite(placements.get(output)));
        intact.addAll(node.outputs());
        requireApart(node, workspace);
    }

    private boolean mayOverwrite(Node node, Value output, Value input) {
        return output.equals(node.outputs().getFirst())
                && node.op().overwritableInputs().stream().anyMatch(i -> node.inputs().get(i).equals(input))
                && placements.get(output).offset() == placements.get(input).offset();
    }

    private void requireApart(Node node, Placement workspace) {
        for (Value output : node.outputs()) {
            boolean shared = overlap(placements.get(output), workspace) || node.outputs().stream().anyMatch(
                    other -> !other.equals(output) && overlap(placements.get(output), placements.get(other)));
            if (shared) {
                throw new IllegalStateException("memory plan: node " + node + " would write " + output
                        + " where its workspace or another output is");
            }
        }
    }

    private void requireIntact(String reader, Value value) {
        if (!intact.contains(value)) {
            throw new IllegalStateException("memory plan: " + reader + " would find " + value + " overwritten");
        }
    }

    private void overwrite(Placement written) {
        intact.removeIf(value -> overlap(placements.get(value), written));
    }

    private static boolean overlap(Placement a, Placement b) {
        return a.lifetime().bytes() > 0 && b.lifetime().bytes() > 0 && a.offset() < b.end() && b.offset() < a.end();
    }
}
