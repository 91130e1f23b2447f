package lobule.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.function.Predicate;
import lobule.op.Differentiable;
import lobule.op.Value;
import lobule.op.Value.Role;

/** Appends the backward pass to a graph: reverse-mode differentiation by the ops' own gradient rules. */
public final class Gradient {
    private final Graph graph;
    private final List<Node> forward;
    private final List<Value> losses;
    private final ParameterGradients parameters;
    /** Trained parameters and what is downstream of them; only these need gradients. */
    private final Set<Value> trained = new HashSet<>();
    private final Map<Value, Node> producers = new HashMap<>();
    private final Map<Value, Value> gradients = new HashMap<>();
    /** The forward nodes to run again in the backward pass, by the values they make. */
    private final Map<Value, Node> recomputed = new HashMap<>();

    private Gradient(Graph graph, List<Value> losses) {
        this.graph = graph;
        this.forward = graph.nodes();
        this.losses = losses;
        this.parameters = new ParameterGradients(graph);
        forward.forEach(node -> node.outputs().forEach(output -> producers.put(output, node)));
    }

    /** Appends the gradients of all parameters, with all values that the backward pass reads kept. */
    public static Map<Value, Value> append(Graph graph, List<Value> losses) {
        return append(graph, losses, Set.of(), node -> false);
    }

    /**
     * Appends the gradients of the parameters with respect to the sum of the losses. For each that is not frozen, NAME,
     * the graph gets a value {@code NAME.gradient} of role GRADIENT; where it is used more than once, its gradients are
     * added in the order of the backward nodes. Whatever the gradient would be wrong for is refused.
     *
     * @param losses    each the first output of a node whose op {@link Differentiable#isRoot is a root}
     * @param frozen    parameters that are not trained
     * @param recompute the forward nodes whose outputs are not kept: each backward use is preceded by a copy of the
     * node,
     *                  whose own inputs may be recomputed in turn. Nodes with states would update them twice and are
     *                  refused
     * @return the gradient of each trained parameter, in the order of their declaration
     * @throws IllegalArgumentException naming the node and the value between a parameter and a loss that have no
     *                                  gradient, or the parameter that no loss depends on
     */
    public static Map<Value, Value> append(Graph graph, List<Value> losses, Set<Value> frozen,
                                           Predicate<Node> recompute) {
        Gradient gradient = new Gradient(graph, losses);
        gradient.requireForwardPass();
        gradient.requireLosses();
        gradient.forward.stream().filter(recompute).forEach(gradient::recompute);
        gradient.mark(frozen);
        gradient.forward.reversed().forEach(gradient::differentiate);
        return gradient.parameters.requireAllWritten();
    }

    private void requireForwardPass() {
        for (Node node : forward) {
            if (node.phase() != Phase.FORWARD) {
                throw new IllegalArgumentException("the graph has node " + node + " of phase " + node.phase()
                        + ", expected only a forward pass when gradients are appended");
            }
            if (node.states().stream().anyMatch(state -> state.role() == Role.PARAMETER)) {
                throw new IllegalArgumentException("node " + node + " updates a parameter in the forward pass: "
                        + node.states());
            }
        }
    }

    private void requireLosses() {
        for (Value loss : losses) {
            graph.requireOwn(loss);
            boolean root = producer(loss).filter(node -> node.outputs().getFirst().equals(loss)
                    && node.op() instanceof Differentiable op && op.isRoot()).isPresent();
            if (!root) {
                throw new IllegalArgumentException("loss " + loss + " is made by "
                        + producer(loss).map(node -> "node " + node).orElse("no node")
                        + ", expected the first output of a loss's op; several losses are added when each is given");
            }
        }
        if (Set.copyOf(losses).size() < losses.size()) {
            throw new IllegalArgumentException("a loss is given twice: " + losses);
        }
    }

    private void recompute(Node node) {
        if (!node.states().isEmpty()) {
            throw new IllegalArgumentException("node " + node + " updates " + node.states().getFirst()
                    + " and cannot run twice");
        }
        for (Node other : forward) {
            if (other.states().stream().anyMatch(node.inputs()::contains)) {
                throw new IllegalArgumentException("node " + node + " reads what node " + other
                        + " updates and cannot run twice");
            }
        }
        node.outputs().forEach(output -> recomputed.put(output, node));
    }

    /** What a state holds depends on what it was updated from. */
    private void mark(Set<Value> frozen) {
        Set<Value> unknown = new HashSet<>(frozen);
        for (Value parameter : graph.values(Role.PARAMETER)) {
            if (!unknown.remove(parameter)) {
                trained.add(parameter);
                parameters.declare(parameter);
            }
        }
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("to be frozen are " + unknown
                    + ", which are no parameters of the graph");
        }
        for (Node node : forward) {
            if (dependsOnTrained(node)) {
                trained.addAll(node.outputs());
                trained.addAll(node.states());
            }
        }
    }

    private boolean dependsOnTrained(Node node) {
        return node.inputs().stream().anyMatch(trained::contains);
    }

    private void differentiate(Node node) {
        Optional<Value> reached = node.outputs().stream().filter(gradients::containsKey).findFirst();
        boolean loss = node.outputs().stream().anyMatch(losses::contains);
        if (reached.isEmpty() && !(loss && dependsOnTrained(node))) {
            return;
        }
        if (!(node.op() instanceof Differentiable op) || op.isRoot() && reached.isPresent()) {
            throw new IllegalArgumentException("node " + node + " makes " + reached.orElseThrow()
                    + " on the way from a parameter to a loss, and its op has no gradient rule for that");
        }
        NodeTape tape = new NodeTape(this, node);
        op.gradient(tape);
        tape.requireAnswers();
    }

    Graph graph() {
        return graph;
    }

    ParameterGradients parameters() {
        return parameters;
    }

    Optional<Node> producer(Value value) {
        return Optional.ofNullable(producers.get(value));
    }

    Optional<Node> recomputed(Value value) {
        return Optional.ofNullable(recomputed.get(value));
    }

    boolean dependsOnTrained(Value value) {
        return trained.contains(value);
    }

    /** The gradient of a value, as far as its uses have been differentiated. */
    Optional<Value> of(Value value) {
        return Optional.ofNullable(gradients.get(value));
    }

    void add(Value value, Value part, BinaryOperator<Value> sum) {
        gradients.merge(value, part, sum);
    }
}
