package lobule.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lobule.graph.Graph;
import lobule.graph.Phase;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

/** Backward passes written by hand: what {@link lobule.graph.Gradient} appends never mixes. */
class SharedGradientsTest {
    private final Graph graph = new Graph();
    private final Value x = graph.declare("x", Role.INPUT, TensorSpec.activation(Shape.of(1, 2, 3, 3)));
    private final Value weight = graph.declare("weight", Role.GRADIENT, TensorSpec.rowMajor(2, 2, 1, 1));
    private final Value bias = graph.declare("bias", Role.GRADIENT, TensorSpec.rowMajor(2));
    private final Value discarded = graph.declare("discarded", Role.DISCARDED, bias.spec());

    private void add(String name, Value... states) {
        graph.add(name, Phase.BACKWARD, new ConvolutionBackwardWeights(states.length == 2), List.of(x, x),
                List.of(states));
    }

    @Test
    void theFirstNodeDeliversAndLaterOnesAdd() {
        add("first", weight);
        add("second", weight, discarded);
        add("third", weight);
        assertArrayEquals(new boolean[] {false, true, true}, SharedGradients.adding(graph.nodes()));
    }

    @Test
    void aNodeThatWouldDoBothIsRefused() {
        add("first", weight);
        add("second", weight, bias);
        String message = assertThrows(IllegalArgumentException.class, () -> SharedGradients.adding(graph.nodes()))
                .getMessage();
        assertTrue(message.startsWith("node second (ConvolutionBackwardWeights) is the first to write one"), message);
    }
}
