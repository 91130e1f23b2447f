package lobule.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.plan.Lifetime;

/** Lifetimes of a graph's values and workspaces, in terms of its nodes' indices. */
final class Schedule {
    private Schedule() {}

    /** Lifetimes of the values in the arena, by value; inputs and kept values live to the end. */
    static Map<Value, Lifetime> lifetimes(Graph graph) {
        List<Node> nodes = graph.nodes();
        Map<Value, Integer> first = new HashMap<>();
        Map<Value, Integer> last = new HashMap<>();
        graph.values(Role.INPUT).forEach(input -> {
            first.put(input, -1);
            last.put(input, nodes.size());
        });
        for (int i = 0; i < nodes.size(); i++) {
            for (Value output : nodes.get(i).outputs()) {
                first.put(output, i);
                last.put(output, graph.outputs().contains(output) ? nodes.size() : i);
            }
            for (Value input : nodes.get(i).inputs()) {
                last.merge(input, i, Math::max);
            }
        }
        Map<Value, Lifetime> lifetimes = new HashMap<>();
        first.forEach((value, from) -> lifetimes.put(value,
                new Lifetime(value.name(), value.spec().bytes(), from, last.get(value))));
        return lifetimes;
    }

    /** The arena's values in a fixed order. */
    static List<Value> arenaValues(Graph graph) {
        List<Value> values = new ArrayList<>(graph.values(Role.INPUT));
        values.addAll(graph.values(Role.ACTIVATION));
        return values;
    }
}
