package lobule.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lobule.op.Add;
import lobule.op.Differentiable;
import lobule.op.Op;
import lobule.op.Tape;
import lobule.op.Value;
import lobule.op.Value.Role;

/** Appends the backward pass to a graph: reverse-mode differentiation by the ops' own gradient rules. */
public final class Gradient {
    private final Graph graph;
    /** Values downstream of a parameter; only these need gradients. */
    private final Set<Value> trained = new HashSet<>();
    private final Map<Value, Value> gradients = new HashMap<>();

    private Gradient(Graph graph) {
        this.graph = graph;
    }

    /**
     * Appends the gradients of all parameters with respect to the sum of the losses. For each parameter NAME the graph
     * gets a value {@code NAME.gradient} of role GRADIENT.
     *
     * @param losses values of nodes whose op is a root: its gradient rule asks for no output gradient
     * @throws IllegalArgumentException where a parameter is out of reach of the losses
     */
    public static void append(Graph graph, List<Value> losses) {
        Gradient gradient = new Gradient(graph);
        List<Node> forward = graph.nodes();
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

    private void mark(List<Node> forward) {
        for (Node node : forward) {
            if (node.inputs().stream().anyMatch(v -> v.role() == Role.PARAMETER || trained.contains(v))) {
                trained.addAll(node.outputs());
            }
        }
    }

    private final class NodeTape implements Tape {
        private final Node node;

        NodeTape(Node node) {
            this.node = node;
        }

        @Override
        public Value input(int index) {
            return node.inputs().get(index);
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
            return trained.contains(input(input));
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
                gradients.merge(input(input), gradient, this::sum);
            }
        }

        private Value sum(Value first, Value second) {
            return append("sum", new Add(), List.of(first, second), List.of()).getFirst();
        }
    }
}
