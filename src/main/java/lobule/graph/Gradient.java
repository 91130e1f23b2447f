package lobule.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import lobule.op.Add;
import lobule.op.Differentiable;
import lobule.op.Op;
import lobule.op.Tape;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.TensorSpec;

/** Appends the backward pass to a graph: reverse-mode differentiation by the ops' own gradient rules. */
public final class Gradient {
    private final Graph graph;
    /** Values downstream of a parameter; only these need gradients. */
    private final Set<Value> trained = new HashSet<>();
    private final Map<Value, Value> gradients = new HashMap<>();
    /** The forward nodes to run again in the backward pass, by the values they make. */
    private final Map<Value, Node> recomputed = new HashMap<>();

    private Gradient(Graph graph) {
        this.graph = graph;
    }

    /** Appends the gradients, with all values that the backward pass reads kept from the forward pass. */
    public static void append(Graph graph, List<Value> losses) {
        append(graph, losses, node -> false);
    }

    /**
     * Appends the gradients of all parameters with respect to the sum of the losses. For each parameter NAME the graph
     * gets a value {@code NAME.gradient} of role GRADIENT.
     *
     * @param losses    values of nodes whose op is a root: its gradient rule asks for no output gradient
     * @param recompute the forward nodes whose outputs are not kept: each backward use is preceded by a copy of the
     * node,
     *                  whose own inputs may be recomputed in turn. Nodes with states would update them twice and are
     *                  refused
     * @throws IllegalArgumentException where a parameter is out of reach of the losses
     */
    public static void append(Graph graph, List<Value> losses, Predicate<Node> recompute) {
        Gradient gradient = new Gradient(graph);
        List<Node> forward = graph.nodes();
        forward.stream().filter(recompute).forEach(gradient::recompute);
        gradient.mark(forward);
        for (Value parameter : graph.values(Role.PARAMETER)) {
            graph.declare(parameter.name() + ".gradient", Role.GRADIENT, parameter.spec());
        }
        for (Node node : forward.reversed()) {
            boolean root = node.outputs().stream().anyMatch(losses::contains);
            boolean reached = node.outputs().stream().anyMatch(gradient.gradients::containsKey);
            if ((root || reached) && node.op() instanceof Differentiable op) {
                op.gradient(gradient.new NodeTape(node));
            }
        }
        gradient.requireAllTrained();
    }

    /** A gradient that no node writes would be whatever was in memory. */
    private void requireAllTrained() {
        Set<Value> written = new HashSet<>();
        graph.nodes().forEach(node -> written.addAll(node.states()));
        for (Value value : graph.values(Role.GRADIENT)) {
            if (!written.contains(value)) {
                throw new IllegalArgumentException("the graph has no path with gradient rules from a loss to "
                        + value.name());
            }
        }
    }

    private void recompute(Node node) {
        if (!node.states().isEmpty()) {
            throw new IllegalArgumentException("node " + node + " updates " + node.states().getFirst()
                    + " and cannot run twice");
        }
        node.outputs().forEach(output -> recomputed.put(output, node));
    }

    private void mark(List<Node> forward) {
        for (Node node : forward) {
            if (node.inputs().stream().anyMatch(v -> v.role() == Role.PARAMETER || trained.contains(v))) {
                trained.addAll(node.outputs());
            }
        }
    }

    private final class NodeTape implements Tape {
        private final Node node;
        /** Copies made for this node, by the forward pass's value: one copy serves all its uses here. */
        private final Map<Value, Value> copies = new HashMap<>();

        NodeTape(Node node) {
            this.node = node;
        }

        @Override
        public Value input(int index) {
            return available(node.inputs().get(index));
        }

        @Override
        public TensorSpec inputSpec(int index) {
            return node.inputs().get(index).spec();
        }

        @Override
        public Value output(int index) {
            return node.outputs().get(index);
        }

        @Override
        public Value outputGradient(int index) {
            Value gradient = gradients.get(output(index));
            if (gradient == null) {
                throw new IllegalStateException("node " + node + ": no gradient reaches output " + index);
            }
            return gradient;
        }

        @Override
        public boolean wantsGradient(int input) {
            return trained.contains(node.inputs().get(input));
        }

        /** The value itself, or where it was not kept its copy. */
        private Value available(Value value) {
            Node producer = recomputed.get(value);
            if (producer == null) {
                return value;
            }
            if (!copies.containsKey(value)) {
                List<Value> inputs = producer.inputs().stream().map(this::available).toList();
                List<Value> outputs = graph.add(producer.name() + ".again.for." + node.name(), Phase.BACKWARD,
                        producer.op(), inputs, List.of());
                for (int i = 0; i < outputs.size(); i++) {
                    copies.put(producer.outputs().get(i), outputs.get(i));
                }
            }
            return copies.get(value);
        }

        @Override
        public List<Value> append(String suffix, Op op, List<Value> inputs, List<Value> states) {
            return graph.add(node.name() + "." + suffix, Phase.BACKWARD, op, inputs, states);
        }

        @Override
        public Value parameterGradient(Value parameter) {
            return graph.value(parameter.name() + ".gradient");
        }

        @Override
        public void inputGradient(int input, Value gradient) {
            if (wantsGradient(input)) {
                gradients.merge(node.inputs().get(input), gradient, this::sum);
            }
        }

        private Value sum(Value first, Value second) {
            return append("sum", new Add(), List.of(first, second), List.of()).getFirst();
        }
    }
}
