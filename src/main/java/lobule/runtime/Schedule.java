package lobule.runtime;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.plan.Lifetime;

/** When a graph's values live, in terms of its nodes' indices, and which of them share one memory. */
final class Schedule {
    private final Graph graph;
    private final List<Node> nodes;
    private final Map<Value, Integer> first = new HashMap<>();
    private final Map<Value, Integer> last = new HashMap<>();

    private Schedule(Graph graph) {
        this.graph = graph;
        this.nodes = graph.nodes();
    }

    /** Values that follow each other in the same memory: each but the first is written over the one before. */
    record Block(List<Value> values, Lifetime lifetime) {}

    /** The arena's blocks in a fixed order; inputs and kept values live to the end. */
    static List<Block> blocks(Graph graph) {
        Schedule schedule = new Schedule(graph);
        schedule.findUses();
        return schedule.chains().stream().map(schedule::block).toList();
    }

    private void findUses() {
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
    }

    private List<List<Value>> chains() {
        Map<Value, List<Value>> chainOf = new LinkedHashMap<>();
        List<List<Value>> chains = new ArrayList<>();
        graph.values(Role.INPUT).forEach(input -> chains.add(List.of(input)));
        for (int i = 0; i < nodes.size(); i++) {
            List<Value> overwritten = overwritten(i);
            for (Value output : nodes.get(i).outputs()) {
                List<Value> chain = overwritten.isEmpty() ? new ArrayList<>() : chainOf.get(overwritten.getFirst());
                if (overwritten.isEmpty()) {
                    chains.add(chain);
                }
                chain.add(output);
                chainOf.put(output, chain);
                overwritten = List.of();
            }
        }
        return chains;
    }

    /** The input that the first output of a node takes over, or nothing. */
    private List<Value> overwritten(int index) {
        Node node = nodes.get(index);
        return node.op().overwritableInputs().stream().map(node.inputs()::get)
                .filter(input -> input.role() == Role.ACTIVATION && last.get(input) == index
                        && Collections.frequency(node.inputs(), input) == 1
                        && input.spec().equals(node.outputs().getFirst().spec()))
                .limit(1).toList();
    }

    private Block block(List<Value> chain) {
        String name = chain.stream().map(Value::name).collect(Collectors.joining(" = "));
        return new Block(List.copyOf(chain), new Lifetime(name, chain.getFirst().spec().bytes(),
                first.get(chain.getFirst()), last.get(chain.getLast())));
    }
}
