package lobule.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import lobule.op.Add;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormStatistics;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardData;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.CropConcatenate;
import lobule.op.CropConcatenateBackward;
import lobule.op.MaxPool;
import lobule.op.Op;
import lobule.op.RunningStatistics;
import lobule.op.SegmentationScore;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxDice;
import lobule.op.TransposedConvolution;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

/** The appended backward pass, as a graph. Its numbers are checked with the networks that use it. */
class GradientTest {
    private final Graph graph = new Graph();
    private final Value input = graph.declare("input", Role.INPUT, TensorSpec.activation(Shape.of(1, 2, 6, 6)));

    private Value convolution(String name, Value x) {
        Value weight = graph.declare(name + ".weight", Role.PARAMETER, TensorSpec.rowMajor(2, 2, 1, 1));
        return add(name, new Convolution(false), x, weight);
    }

    private Value loss(String name, Op op, Value logits) {
        Shape shape = logits.spec().shape();
        Value target = graph.declare(name + ".target", Role.INPUT,
                TensorSpec.rowMajor(DType.UINT8, 1, shape.size(2), shape.size(3)));
        return graph.add(name, Phase.FORWARD, op, List.of(logits, target), List.of()).getFirst();
    }

    private Value add(String name, Op op, Value... inputs) {
        return graph.add(name, Phase.FORWARD, op, List.of(inputs), List.of()).getFirst();
    }

    private Stream<Node> backward(Class<? extends Op> type) {
        return graph.nodes().stream().filter(node -> node.phase() == Phase.BACKWARD && type.isInstance(node.op()));
    }

    @Test
    void everyParameterHasAGradientOfItsShape() {
        Value x = convolution("b", convolution("a", input));
        Gradient.append(graph, List.of(loss("loss", crossEntropy(), x)));
        for (Value parameter : graph.values(Role.PARAMETER)) {
            Value gradient = graph.value(parameter.name() + ".gradient");
            assertEquals(Role.GRADIENT, gradient.role());
            assertEquals(parameter.spec(), gradient.spec());
            assertEquals(1, graph.nodes().stream().filter(node -> node.states().contains(gradient)).count());
        }
    }

    @Test
    void theInputWantsNoGradient() {
        Value x = convolution("b", convolution("a", input));
        Gradient.append(graph, List.of(loss("loss", crossEntropy(), x)));
        assertEquals(List.of("b.data"), backward(ConvolutionBackwardData.class).map(Node::name).toList());
        assertEquals(2, backward(ConvolutionBackwardWeights.class).count());
    }

    @Test
    void gradientsOfAValueUsedTwiceAreAdded() {
        Value x = convolution("a", input);
        Value y = add("concatenate", new CropConcatenate(), x, x);
        Gradient.append(graph, List.of(loss("loss", crossEntropy(), y)));
        Node sum = backward(Add.class).findFirst().orElseThrow();
        Node weights = backward(ConvolutionBackwardWeights.class).findFirst().orElseThrow();
        assertEquals(1, backward(Add.class).count());
        assertEquals(sum.outputs().getFirst(), weights.inputs().get(1));
    }

    @Test
    void aValueUsedThreeTimesIsSummedBeforeItIsUsed() {
        Value x = convolution("a", input);
        Value b = convolution("b", x);
        Value c = convolution("c", x);
        Value y = add("outer", new CropConcatenate(), add("inner", new CropConcatenate(), b, c), x);
        Gradient.append(graph, List.of(loss("loss", crossEntropy(), y)));
        assertEquals(2, backward(Add.class).count());
        List<Node> nodes = graph.nodes();
        int lastSum = nodes.lastIndexOf(backward(Add.class).toList().getLast());
        Node weights = nodes.stream().filter(node -> node.name().equals("a.weights")).findFirst().orElseThrow();
        assertTrue(lastSum < nodes.indexOf(weights));
        assertEquals(nodes.get(lastSum).outputs().getFirst(), weights.inputs().get(1));
    }

    @Test
    void twoLossesAreAdded() {
        Value x = convolution("a", input);
        Value first = loss("first", crossEntropy(), x);
        Value second = loss("second", new SoftmaxDice(false, false, 1e-7, -1), x);
        Gradient.append(graph, List.of(first, second));
        assertEquals(1, backward(Add.class).count());
    }

    @Test
    void whatDoesNotReachTheLossHasNoBackwardPass() {
        Value x = convolution("a", input);
        add("unused", new MaxPool(), x);
        Value loss = loss("loss", crossEntropy(), x);
        add("score", new SegmentationScore(-1), x, graph.value("loss.target"));
        loss("other", crossEntropy(), x);
        Gradient.append(graph, List.of(loss));
        assertFalse(graph.nodes().stream().anyMatch(node -> node.phase() == Phase.BACKWARD
                && (node.name().startsWith("unused") || node.name().startsWith("score")
                || node.name().startsWith("other"))));
    }

    @Test
    void forwardNodesComeFirst() {
        Value x = convolution("b", convolution("a", input));
        Gradient.append(graph, List.of(loss("loss", crossEntropy(), x)));
        List<Phase> phases = graph.nodes().stream().map(Node::phase).toList();
        assertEquals(phases.stream().sorted().toList(), phases);
    }

    @Test
    void valuesAreWrittenBeforeTheyAreRead() {
        Value x = convolution("b", convolution("a", input));
        Value y = add("concatenate", new CropConcatenate(), x, x);
        Gradient.append(graph, List.of(loss("loss", crossEntropy(), y)));
        List<Node> nodes = graph.nodes();
        for (int i = 0; i < nodes.size(); i++) {
            List<Value> written = nodes.subList(0, i).stream().flatMap(node -> node.outputs().stream()).toList();
            for (Value read : nodes.get(i).inputs()) {
                assertTrue(read.role() != Role.ACTIVATION || written.contains(read), nodes.get(i) + " reads " + read);
            }
        }
    }

    /** Its gradient would be whatever was in memory. */
    @Test
    void aParameterOutOfReachOfTheLossIsRefused() {
        Value x = convolution("a", input);
        convolution("b", input);
        Value loss = loss("loss", crossEntropy(), x);
        assertMessage("to b.weight.gradient", List.of(loss));
    }

    @Test
    void aLossWithoutGradientRuleIsRefused() {
        Value score = loss("score", new SegmentationScore(-1), convolution("a", input));
        assertMessage("loss score FLOAT64(5) is made by node score (SegmentationScore)", List.of(score));
    }

    @Test
    void aResidualPassesItsGradientToBoth() {
        Value a = convolution("a", input);
        Value y = add("y", new Add(), a, convolution("b", a));
        Gradient.append(graph, List.of(loss("loss", crossEntropy(), y)));
        assertEquals(List.of("loss.backward", "b.weights", "b.data", "b.sum", "a.weights"), backward(Op.class)
                .map(Node::name).toList());
    }

    /** Its node adds to one gradient and writes another first, which no node can. */
    @Test
    void aSharedWeightBesideABiasOfItsOwnHasANodeForEach() {
        Value a = convolution("a", input);
        Value weight = graph.value("a.weight");
        Value bias = graph.declare("bias", Role.PARAMETER, TensorSpec.rowMajor(2));
        Value first = add("b", new Convolution(true), a, weight, bias);
        Value y = add("c", new Convolution(true), first, weight, bias);
        Gradient.append(graph, List.of(loss("loss", crossEntropy(), y)));
        Value gradient = graph.value("a.weight.gradient");
        assertEquals(List.of("c.weights", "b.weights", "a.weights"), backward(ConvolutionBackwardWeights.class)
                .filter(node -> node.states().contains(gradient)).map(Node::name).toList());
        Value other = graph.declare("other", Role.PARAMETER, TensorSpec.rowMajor(2));
        assertEquals(List.of(List.of("w.gradient", "b.discarded"), List.of("w.discarded", "b.gradient")), mixed(other));
    }

    private static List<List<String>> mixed(Value like) {
        Graph graph = new Graph();
        Value weight = graph.declare("w", Role.PARAMETER, like.spec());
        Value bias = graph.declare("b", Role.PARAMETER, like.spec());
        ParameterGradients gradients = new ParameterGradients(graph);
        gradients.declare(weight);
        gradients.declare(bias);
        gradients.states(List.of(weight));
        return gradients.states(List.of(weight, bias)).stream()
                .map(states -> states.stream().map(Value::name).toList()).toList();
    }

    @Test
    void aFrozenParameterHasNoGradient() {
        Value a = convolution("a", input);
        Value bias = graph.declare("bias", Role.PARAMETER, TensorSpec.rowMajor(2));
        Value weight = graph.declare("weight", Role.PARAMETER, TensorSpec.rowMajor(2, 2, 1, 1));
        Value loss = loss("loss", crossEntropy(), add("b", new Convolution(true), a, weight, bias));
        assertEquals(Set.of(bias), Gradient.append(graph, List.of(loss), Set.of(graph.value("a.weight"), weight),
                node -> false).keySet());
        assertEquals(List.of("loss.backward", "b.weights"), backward(Op.class).map(Node::name).toList());
        assertEquals(List.of("bias.gradient"), graph.values(Role.GRADIENT).stream().map(Value::name).toList());
    }

    @Test
    void whatHasNoGradientIsRefusedByName() {
        Value a = convolution("a", input);
        Value statistics = add("statistics", new RunningStatistics(), graph.declare("mean", Role.PARAMETER,
                TensorSpec.rowMajor(2)), graph.declare("deviation", Role.STATE, TensorSpec.rowMajor(2)));
        Value gamma = graph.declare("gamma", Role.STATE, TensorSpec.rowMajor(2));
        Value norm = add("norm", new BatchRenorm(true), a, statistics, gamma, gamma);
        assertMessage("node norm (BatchRenorm): input 1, statistics FLOAT32(4x2), depends on trained parameters",
                List.of(loss("first", crossEntropy(), norm)));
    }

    @Test
    void aComputedWeightIsRefused() {
        Value a = convolution("a", input);
        Value weight = add("sum", new Add(), graph.value("a.weight"), graph.value("a.weight"));
        assertMessage("node b (Convolution): input 1, sum FLOAT32(2x2x1x1), depends on trained parameters; expected "
                + "a parameter or a constant", List.of(loss("loss", crossEntropy(), add("b", new Convolution(false), a,
                weight))));
    }

    @Test
    void anOpWithoutRuleOnTheWayIsRefused() {
        Value a = convolution("a", input);
        Value x = add("split", new CropConcatenateBackward(Shape.of(1, 1, 6, 6)), a);
        assertMessage("node split (CropConcatenateBackward) makes " + x + " on the way from a parameter to a loss",
                List.of(loss("loss", crossEntropy(), x)));
    }

    @Test
    void aConcatenationWhoseRestIsReadIsRefused() {
        Value a = convolution("a", input);
        Value weight = graph.declare("up.weight", Role.PARAMETER, TensorSpec.rowMajor(2, 1, 1, 1));
        Value up = add("up", new TransposedConvolution(true), a, weight, convolution("b", a));
        assertMessage("node up (TransposedConvolution): input 2, b FLOAT32(1x2x6x6)",
                List.of(loss("loss", crossEntropy(), up)));
    }

    @Test
    void lossesAreOfTheGraphAndGivenOnce() {
        Value loss = loss("loss", crossEntropy(), convolution("a", input));
        assertMessage("a loss is given twice", List.of(loss, loss));
        assertMessage("is not of this graph", List.of(new Value(99, "loss", loss.spec(), Role.ACTIVATION)));
        assertMessage("is made by no node", List.of(input));
        assertMessage("is made by node total (Add)", List.of(add("total", new Add(), loss, loss)));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Gradient.append(graph, List.of(loss),
                Set.of(input), node -> false)).getMessage().contains("input"));
    }

    @Test
    void nodesOfTheForwardPassCannotFollowTheBackwardPass() {
        Value x = convolution("a", input);
        Gradient.append(graph, List.of(loss("loss", crossEntropy(), x)));
        String message = assertThrows(IllegalArgumentException.class, () -> convolution("late", x)).getMessage();
        assertTrue(message.startsWith("node late is of phase FORWARD, but node a.weights"), message);
    }

    private void assertMessage(String message, List<Value> losses) {
        String actual = assertThrows(IllegalArgumentException.class, () -> Gradient.append(graph, losses)).getMessage();
        assertTrue(actual.contains(message), actual);
    }

    private static Op crossEntropy() {
        return new SoftmaxCrossEntropy(List.of(), -1);
    }

    @Test
    void whatWasNotKeptIsComputedAgainBeforeEachUse() {
        Value a = convolution("a", input);
        Value x = convolution("b", a);
        Value y = convolution("c", x);
        Gradient.append(graph, List.of(loss("loss", crossEntropy(), y)), Set.of(), node -> node.name().matches("[ab]"));
        List<String> names = graph.nodes().stream().filter(node -> node.phase() == Phase.BACKWARD).map(Node::name)
                .toList();
        // b's weights read a, c's read b, which is made from another copy of a.
        assertEquals(List.of("loss.backward", "a.again.for.c", "b.again.for.c", "c.weights", "c.data",
                "a.again.for.b", "b.weights", "b.data", "a.weights"), names);
        Node copy = graph.nodes().stream().filter(node -> node.name().equals("b.again.for.c")).findFirst()
                .orElseThrow();
        assertEquals(List.of(graph.value("a.again.for.c"), graph.value("b.weight")), copy.inputs());
        for (Value kept : List.of(a, x)) {
            assertTrue(graph.nodes().stream().filter(node -> node.phase() == Phase.BACKWARD)
                    .noneMatch(node -> node.inputs().contains(kept)), kept + " is read by the backward pass");
        }
    }

    @Test
    void aNodeWithStatesCannotRunAgain() {
        Value x = convolution("a", input);
        Value mean = graph.declare("mean", Role.STATE, TensorSpec.rowMajor(2));
        Value deviation = graph.declare("deviation", Role.STATE, TensorSpec.rowMajor(2));
        Value flag = graph.declare("flag", Role.STATE, TensorSpec.rowMajor(DType.UINT8, 1));
        graph.add("statistics", Phase.FORWARD, new BatchRenormStatistics(1e-3, 0.01), List.of(x),
                List.of(mean, deviation, flag));
        Value loss = loss("loss", crossEntropy(), x);
        String message = assertThrows(IllegalArgumentException.class,
                () -> Gradient.append(graph, List.of(loss), Set.of(), node -> true)).getMessage();
        assertEquals("node statistics (BatchRenormStatistics) updates mean FLOAT32(2) and cannot run twice", message);
    }
}
