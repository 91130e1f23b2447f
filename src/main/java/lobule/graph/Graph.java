package lobule.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lobule.op.Op;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.TensorSpec;

/** Values and nodes, appended in the order in which they run. Shapes are checked as nodes are added. */
public final class Graph {
    private final Map<String, Value> values = new LinkedHashMap<>();
    private final LinkedHashMap<String, Node> nodes = new LinkedHashMap<>();
    private final Set<Value> outputs = new LinkedHashSet<>();

    /** Declares a value that no node makes: an input, parameter, state, gradient or moment. */
    public Value declare(String name, Role role, TensorSpec spec) {
        if (role == Role.ACTIVATION) {
            throw new IllegalArgumentException("value " + name + " is an activation, which only a node can make");
        }
        return value(name, role, spec);
    }

    /** Appends a node and returns its outputs, named after it. */
    public List<Value> add(String name, Phase phase, Op op, List<Value> inputs, List<Value> states) {
        if (nodes.containsKey(name)) {
            throw new IllegalArgumentException("the graph already has a node " + name);
        }
        requireOrder(name, phase);
        inputs.forEach(this::requireOwn);
        states.forEach(this::requireOwn);
        List<TensorSpec> specs = outputSpecs(name, op, inputs, states);
        List<Value> made = new ArrayList<>(specs.size());
        for (int i = 0; i < specs.size(); i++) {
            made.add(value(specs.size() == 1 ? name : name + "." + i, Role.ACTIVATION, specs.get(i)));
        }
        nodes.put(name, new Node(name, phase, op, inputs, states, made));
        return made;
    }

    /** Keeps a value readable after a run: its memory is not used again. */
    public void keep(Value value) {
        requireOwn(value);
        outputs.add(value);
    }

    public List<Node> nodes() {
        return List.copyOf(nodes.values());
    }

    public List<Value> values() {
        return List.copyOf(values.values());
    }

    public List<Value> values(Role role) {
        return values.values().stream().filter(value -> value.role() == role).toList();
    }

    /** Values readable after a run. */
    public Set<Value> outputs() {
        return Collections.unmodifiableSet(outputs);
    }

    /** The value of this name; throws IllegalArgumentException where there is none. */
    public Value value(String name) {
        Value value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the graph has no value " + name);
        }
        return value;
    }

    /** Phases run in order, and so must the list of nodes for a value's last reader to be the last in it. */
    private void requireOrder(String name, Phase phase) {
        Node last = nodes.isEmpty() ? null : nodes.lastEntry().getValue();
        if (last != null && phase.compareTo(last.phase()) < 0) {
            throw new IllegalArgumentException("node " + name + " is of phase " + phase + ", but node " + last
                    + " before it is of phase " + last.phase() + "; add nodes in the order of their phases");
        }
    }

    private Value value(String name, Role role, TensorSpec spec) {
        Value value = new Value(values.size(), name, spec, role);
        if (values.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("the graph already has a value " + name);
        }
        return value;
    }

    private static List<TensorSpec> outputSpecs(String name, Op op, List<Value> inputs, List<Value> states) {
        try {
            return op.outputs(specs(inputs), specs(states));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("node " + name + ": " + e.getMessage(), e);
        }
    }

    private static List<TensorSpec> specs(List<Value> values) {
        return values.stream().map(Value::spec).toList();
    }

    void requireOwn(Value value) {
        if (!value.equals(values.get(value.name()))) {
            throw new IllegalArgumentException("value " + value + " is not of this graph");
        }
    }
}
