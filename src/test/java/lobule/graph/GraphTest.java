package lobule.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import lobule.op.Add;
import lobule.op.Convolution;
import lobule.op.MaxPool;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

class GraphTest {
    private static final TensorSpec IMAGE = TensorSpec.activation(Shape.of(1, 1, 8, 8));

    private final Graph graph = new Graph();
    private final Value input = graph.declare("input", Role.INPUT, IMAGE);

    @Test
    void namesOfNodesAndValuesAreUnique() {
        graph.add("pool", Phase.FORWARD, new MaxPool(), List.of(input), List.of());
        assertMessage("the graph already has a node pool",
                () -> graph.add("pool", Phase.FORWARD, new MaxPool(), List.of(input), List.of()));
        assertMessage("the graph already has a value input", () -> graph.declare("input", Role.PARAMETER, IMAGE));
        assertMessage("the graph already has a value input",
                () -> graph.add("input", Phase.FORWARD, new MaxPool(), List.of(input), List.of()));
    }

    @Test
    void shapesAreCheckedWhenANodeIsAdded() {
        Value weight = graph.declare("weight", Role.PARAMETER, TensorSpec.rowMajor(4, 2, 3, 3));
        assertMessage("node conv: Convolution: input channels of the weight (4x2x3x3)",
                () -> graph.add("conv", Phase.FORWARD, new Convolution(false), List.of(input, weight), List.of()));
        assertTrue(graph.nodes().isEmpty());
    }

    @Test
    void onlyNodesMakeActivations() {
        assertMessage("value x is an activation", () -> graph.declare("x", Role.ACTIVATION, IMAGE));
    }

    @Test
    void valuesOfAnotherGraphAreRefused() {
        Value foreign = new Graph().declare("foreign", Role.INPUT, IMAGE);
        assertMessage("is not of this graph",
                () -> graph.add("sum", Phase.FORWARD, new Add(), List.of(input, foreign), List.of()));
        assertMessage("is not of this graph", () -> graph.keep(foreign));
        // The same name and spec, but another role.
        Value other = new Graph().declare("input", Role.PARAMETER, IMAGE);
        assertMessage("is not of this graph", () -> graph.keep(other));
    }

    @Test
    void nodesRunInTheOrderOfTheirAddition() {
        Value half = graph.add("half", Phase.FORWARD, new MaxPool(), List.of(input), List.of()).getFirst();
        Value quarter = graph.add("quarter", Phase.FORWARD, new MaxPool(), List.of(half), List.of()).getFirst();
        graph.keep(quarter);
        assertEquals(List.of("half", "quarter"), graph.nodes().stream().map(Node::name).toList());
        assertEquals(Shape.of(1, 1, 2, 2), quarter.spec().shape());
        assertEquals(Set.of(quarter), graph.outputs());
        assertEquals(half, graph.value("half"));
        assertMessage("the graph has no value eighth", () -> graph.value("eighth"));
    }

    private static void assertMessage(String message, Runnable action) {
        String actual = assertThrows(IllegalArgumentException.class, action::run).getMessage();
        assertTrue(actual.contains(message), actual);
    }
}
