package lobule.graph;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import lobule.op.Value;
import lobule.op.Value.Role;

/** The states that backward nodes write gradients of parameters to. */
final class ParameterGradients {
    private final Graph graph;
    private final Map<Value, Value> gradients = new LinkedHashMap<>();
    private final Map<Value, Value> discarded = new HashMap<>();
    /** Parameters whose gradient a node writes; the next one adds to it. */
    private final Set<Value> written = new HashSet<>();

    ParameterGradients(Graph graph) {
        this.graph = graph;
    }

    void declare(Value parameter) {
        gradients.put(parameter, graph.declare(parameter.name() + ".gradient", Role.GRADIENT, parameter.spec()));
    }

    /**
     * The states of the backward nodes that write these parameters' gradients between them, a list a node: one node
     * where it overwrites or adds to all of them. Else there are as many nodes as parameters, since a node treats its
     * states alike; what it makes of the others is discarded, as are gradients that were not declared.
     */
    List<List<Value>> states(List<Value> parameters) {
        List<Value> wanted = parameters.stream().filter(gradients::containsKey).toList();
        boolean distinct = Set.copyOf(wanted).size() == wanted.size();
        boolean alike = written.containsAll(wanted) || Collections.disjoint(written, wanted);
        written.addAll(wanted);
        if (distinct && alike) {
            return List.of(parameters.stream().map(this::state).toList());
        }
        return IntStream.range(0, parameters.size()).filter(i -> gradients.containsKey(parameters.get(i)))
                .mapToObj(only -> IntStream.range(0, parameters.size()).mapToObj(i -> i == only
                        ? state(parameters.get(i)) : discarded(parameters.get(i))).toList()).toList();
    }

    private Value state(Value parameter) {
        Value gradient = gradients.get(parameter);
        return gradient == null ? discarded(parameter) : gradient;
    }

    private Value discarded(Value parameter) {
        return discarded.computeIfAbsent(parameter, _ -> graph.declare(parameter.name() + ".discarded",
                Role.DISCARDED, parameter.spec()));
    }

    /** By parameter, in the order of declaration; a gradient that no node writes would be whatever was in memory. */
    Map<Value, Value> requireAllWritten() {
        for (Value parameter : gradients.keySet()) {
            if (!written.contains(parameter)) {
                throw new IllegalArgumentException("the graph has no path from a loss to " + gradients.get(parameter)
                        .name() + "; use parameter " + parameter.name() + " on the way to a loss, or freeze it");
            }
        }
        return Collections.unmodifiableMap(gradients);
    }
}
