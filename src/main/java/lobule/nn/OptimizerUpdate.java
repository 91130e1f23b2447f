package lobule.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lobule.graph.Graph;
import lobule.graph.Phase;
import lobule.op.Adam;
import lobule.op.GradientNorm;
import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.op.Value;
import lobule.op.Value.Role;

/** Appends the update phase: the norm of all gradients, then the optimiser on all parameters that have one. */
final class OptimizerUpdate {
    private final Graph graph;
    private final Map<Value, Value> gradients;
    private final Op optimizer;
    private final List<String> moments;

    private OptimizerUpdate(Graph graph, Map<Value, Value> gradients, Op optimizer) {
        this.graph = graph;
        this.gradients = gradients;
        this.optimizer = optimizer;
        this.moments = moments(optimizer);
    }

    /**
     * Returns the gradient norm, which stays readable.
     *
     * @param gradients by parameter, of those that are trained
     */
    static Value append(Graph graph, Map<Value, Value> gradients, Op optimizer) {
        return new OptimizerUpdate(graph, gradients, optimizer).append();
    }

    private Value append() {
        Value norm = graph.add("gradient.norm", Phase.UPDATE, new GradientNorm(), List.copyOf(gradients.values()),
                List.of()).getFirst();
        graph.keep(norm);
        List<Value> inputs = new ArrayList<>(gradients.values());
        inputs.add(norm);
        List<Value> states = new ArrayList<>();
        for (Value parameter : gradients.keySet()) {
            states.add(parameter);
            for (String moment : moments) {
                states.add(graph.declare(parameter.name() + "." + moment, Role.OPTIMIZER, parameter.spec()));
            }
        }
        graph.add("parameters.update", Phase.UPDATE, optimizer, inputs, states);
        return norm;
    }

    private static List<String> moments(Op optimizer) {
        if (optimizer instanceof Adam) {
            return List.of("moment1", "moment2");
        } else if (optimizer instanceof NesterovMomentum) {
            return List.of("velocity");
        }
        throw new IllegalArgumentException("op " + optimizer + " is not an optimiser");
    }
}
