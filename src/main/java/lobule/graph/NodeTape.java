package lobule.graph;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import lobule.op.Add;
import lobule.op.Op;
import lobule.op.Tape;
import lobule.op.Value;
import lobule.op.Value.Role;

/** The tape of one node of the forward pass. */
final class NodeTape implements Tape {
    private final Gradient gradient;
    private final Node node;
    /** Copies made for this node, by the forward pass's value: one copy serves all its uses here. */
    private final Map<Value, Value> copies = new HashMap<>();
    /** Inputs whose gradient the rule has given. */
    private final Set<Integer> answered = new HashSet<>();
    private final Map<String, Integer> suffixes = new HashMap<>();

    NodeTape(Gradient gradient, Node node) {
        this.gradient = gradient;
        this.node = node;
    }

    @Override
    public Value input(int index) {
        return available(original(index));
    }

    @Override
    public Value original(int index) {
        return node.inputs().get(index);
    }

    @Override
    public Optional<Origin> origin(int input) {
        return gradient.producer(original(input)).map(producer -> new Origin(producer.op(), producer.inputs()));
    }

    @Override
    public Value output(int index) {
        return node.outputs().get(index);
    }

    @Override
    public boolean isReached(int output) {
        return gradient.of(output(output)).isPresent();
    }

    @Override
    public Value outputGradient(int index) {
        return gradient.of(output(index)).orElseThrow(() ->
                new IllegalStateException("node " + node + ": no gradient reaches output " + index));
    }

    @Override
    public boolean wantsGradient(int input) {
        return gradient.dependsOnTrained(original(input));
    }

    /** The value itself, or where it was not kept its copy. */
    private Value available(Value value) {
        Optional<Node> producer = gradient.recomputed(value);
        if (producer.isPresent() && !copies.containsKey(value)) {
            copy(producer.get());
        }
        return copies.getOrDefault(value, value);
    }

    private void copy(Node producer) {
        List<Value> inputs = producer.inputs().stream().map(this::available).toList();
        List<Value> outputs = gradient.graph().add(producer.name() + ".again.for." + node.name(), Phase.BACKWARD,
                producer.op(), inputs, List.of());
        for (int i = 0; i < outputs.size(); i++) {
            copies.put(producer.outputs().get(i), outputs.get(i));
        }
    }

    @Override
    public List<Value> append(String suffix, Op op, List<Value> inputs, int... parameters) {
        List<List<Value>> states = gradient.parameters().states(IntStream.of(parameters).mapToObj(this::parameter)
                .toList());
        List<Value> outputs = add(suffix, op, inputs, states.getFirst());
        states.stream().skip(1).forEach(others -> add(suffix, op, inputs, others));
        return outputs;
    }

    private Value parameter(int input) {
        if (wantsGradient(input) && original(input).role() != Role.PARAMETER) {
            throw refused(input, "depends on trained parameters; expected a parameter or a constant");
        }
        answered.add(input);
        return original(input);
    }

    private List<Value> add(String suffix, Op op, List<Value> inputs, List<Value> states) {
        int count = suffixes.merge(suffix, 1, Integer::sum);
        String name = node.name() + "." + suffix + (count == 1 ? "" : "." + count);
        return gradient.graph().add(name, Phase.BACKWARD, op, inputs, states);
    }

    @Override
    public void inputGradient(int input, Value value) {
        if (!wantsGradient(input)) {
            return;
        }
        if (original(input).role() != Role.ACTIVATION) {
            throw refused(input, "is or depends on a trained parameter, of which there is no gradient here; freeze it");
        }
        answered.add(input);
        gradient.add(original(input), value, this::sum);
    }

    private Value sum(Value first, Value second) {
        return add("sum", new Add(), List.of(first, second), List.of()).getFirst();
    }

    @Override
    public void includes(int input) {
        answered.add(input);
    }

    @Override
    public IllegalArgumentException refused(int input, String reason) {
        return new IllegalArgumentException("node " + node + ": input " + input + ", " + original(input) + ", "
                + reason);
    }

    /** No path from a parameter to a loss may be passed over. */
    void requireAnswers() {
        for (int input = 0; input < node.inputs().size(); input++) {
            if (wantsGradient(input) && !answered.contains(input)) {
                throw refused(input, "depends on trained parameters, and the op has no rule for its gradient");
            }
        }
    }
}
