package lobule.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import lobule.graph.Graph;
import lobule.op.NesterovMomentum;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

class OptimizerUpdateTest {
    @Test
    void onlyWhatHasAGradientIsUpdatedAndCounts() {
        Graph graph = new Graph();
        TensorSpec spec = TensorSpec.rowMajor(3);
        graph.declare("frozen", Role.PARAMETER, spec);
        Value trained = graph.declare("trained", Role.PARAMETER, spec);
        graph.declare("frozen.discarded", Role.DISCARDED, spec);
        Value gradient = graph.declare("trained.gradient", Role.GRADIENT, spec);
        OptimizerUpdate.append(graph, Map.of(trained, gradient), new NesterovMomentum(0.9, 1));
        assertEquals(List.of("gradient.norm", "parameters.update"), graph.nodes().stream().map(node -> node.name())
                .toList());
        assertEquals(List.of(gradient), graph.nodes().getFirst().inputs());
        assertEquals(List.of("trained.velocity"), graph.values(Role.OPTIMIZER).stream().map(Value::name).toList());
    }
}
