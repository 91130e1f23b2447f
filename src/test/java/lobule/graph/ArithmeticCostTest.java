package lobule.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lobule.nn.Loss;
import lobule.nn.MemorySaving;
import lobule.nn.UNet;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.op.BatchRenorm;
import lobule.op.Convolution;
import lobule.op.Op;
import lobule.op.SoftmaxDice;
import lobule.op.TransposedConvolution;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

class ArithmeticCostTest {

    /** x (2, 3, 6, 5) by w (4, 3, 3, 3) gives (2, 4, 4, 3): each of 96 outputs takes 27 products and sums. */
    @Test
    void aConvolutionIsCountedByHand() {
        assertEquals(2 * 96 * 27, flop(new Convolution(false), Shape.of(4, 3, 3, 3)));
    }

    /** x (2, 3, 6, 5) by w (3, 4, 2, 2) gives (2, 4, 12, 10): each of 960 outputs takes 3 products and sums. */
    @Test
    void aTransposedConvolutionIsCountedByHand() {
        assertEquals(2 * 960 * 3, flop(new TransposedConvolution(), Shape.of(3, 4, 2, 2)));
    }

    private static long flop(Op op, Shape weight) {
        Graph graph = new Graph();
        Value x = graph.declare("x", Role.INPUT, TensorSpec.activation(Shape.of(2, 3, 6, 5)));
        Value w = graph.declare("w", Role.PARAMETER,
                TensorSpec.rowMajor(weight.sizes().stream().mapToLong(Long::longValue).toArray()));
        graph.add("node", Phase.FORWARD, op, List.of(x, w), List.of());
        return ArithmeticCost.flop(graph);
    }

    /** All three passes of a layer multiply the same pairs of numbers; the input's gradient is not needed. */
    @Test
    void thePassesOfALayerCostTheSame() {
        Graph graph = new Graph();
        Value x = graph.declare("x", Role.INPUT, TensorSpec.activation(Shape.of(1, 2, 9, 9)));
        Value first = graph.declare("convolved", Role.PARAMETER, TensorSpec.rowMajor(4, 2, 3, 3));
        Value up = graph.declare("up", Role.PARAMETER, TensorSpec.rowMajor(4, 2, 2, 2));
        Value target = graph.declare("target", Role.INPUT, TensorSpec.rowMajor(DType.UINT8, 1, 14, 14));
        Value y = graph.add("conv", Phase.FORWARD, new Convolution(false), List.of(x, first), List.of()).getFirst();
        Value z = graph.add("upsampled", Phase.FORWARD, new TransposedConvolution(), List.of(y, up), List.of())
                .getFirst();
        Value loss = graph.add("loss", Phase.FORWARD, new SoftmaxDice(false, false, 1e-7, 255), List.of(z, target),
                List.of()).getFirst();
        Gradient.append(graph, List.of(loss));
        long convolution = 2L * 4 * 49 * 2 * 9;
        long upConvolution = 2L * 2 * 196 * 4;
        assertEquals(2 * convolution + 3 * upConvolution, ArithmeticCost.flop(graph));
    }

    /** 3.04 TFLOP a step and 1.016 forward, as counted elsewhere. */
    @Test
    void theStepOfTheExperiments() {
        UNetConfig config = UNetConfig.of(3, 1, 2, 32, 0);
        Shape output = Shape.of(1, 2, 60, 60, 52);
        Graph training = UNet.training(config, output, Loss.of(Loss.Kind.DICE),
                new Adam(0.9, 0.999, 1e-8, Double.POSITIVE_INFINITY), MemorySaving.DEFAULT).graph();
        assertEquals(3.04e12, ArithmeticCost.flop(training), 0.005e12);
        assertEquals(1.016e12, ArithmeticCost.flop(UNet.prediction(config, output).graph()), 0.0005e12);
        assertEquals(0, training.nodes().stream().filter(node -> node.op() instanceof BatchRenorm)
                .mapToLong(ArithmeticCost::flop).sum());
    }
}
