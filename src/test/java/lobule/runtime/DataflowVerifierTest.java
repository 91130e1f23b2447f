package lobule.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lobule.graph.Graph;
import lobule.graph.Phase;
import lobule.op.Add;
import lobule.op.Dropout;
import lobule.op.MaxPool;
import lobule.op.Op;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.plan.Lifetime;
import lobule.plan.Placement;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

/** Values that share memory, and the proof that no node reads what was overwritten. */
class DataflowVerifierTest {
    private static final long BYTES = 2 * 4 * 4 * 4;

    private final Graph graph = new Graph();
    private final Value input = graph.declare("input", Role.INPUT, TensorSpec.activation(Shape.of(1, 2, 4, 4)));
    private final Map<Value, Placement> placements = new HashMap<>();

    private Value add(String name, Op op, Value... inputs) {
        return graph.add(name, Phase.FORWARD, op, List.of(inputs), List.of()).getFirst();
    }

    private static Op dropout() {
        return new Dropout(0.5, 0);
    }

    /** In units of one tensor; the verifier must not look at lifetimes. */
    private void place(Value value, int slot) {
        placements.put(value, new Placement(new Lifetime(value.name(), value.spec().bytes(), 0, 0), slot * BYTES));
    }

    private void verify(Placement... workspaces) {
        Stream<Placement> none = graph.nodes().stream()
                .map(node -> new Placement(new Lifetime(node.name() + " workspace", 0, 0, 0), 0));
        DataflowVerifier.verify(graph, placements, workspaces.length > 0 ? List.of(workspaces) : none.toList());
    }

    private void assertRefused(String part) {
        String message = assertThrows(IllegalStateException.class, this::verify).getMessage();
        assertTrue(message.contains(part), message);
    }

    private static List<List<String>> blocks(Graph graph) {
        return Schedule.blocks(graph).stream().map(block -> block.values().stream().map(Value::name).toList()).toList();
    }

    @Test
    void aValueThatIsNotReadLaterIsOverwritten() {
        Value a = add("a", dropout(), input);
        add("b", dropout(), a);
        assertEquals(List.of(List.of("input"), List.of("a", "b")), blocks(graph));
        assertEquals(new Lifetime("a = b", BYTES, 0, 1), Schedule.blocks(graph).get(1).lifetime());
    }

    @Test
    void whatIsReadLaterOrKeptIsNot() {
        Value a = add("a", dropout(), input);
        Value b = add("b", dropout(), a);
        graph.keep(b);
        Value c = add("c", new Add(), a, b);
        add("d", new Add(), c, c);
        // a is read by c, which takes its place; b is kept; c is read twice by d
        assertEquals(List.of(List.of("input"), List.of("a", "c"), List.of("b"), List.of("d")), blocks(graph));
    }

    @Test
    void memoryMayBeSharedByValuesOfDifferentTimes() {
        Value a = add("a", new MaxPool(), input);
        Value b = add("b", dropout(), input);
        Value c = add("c", dropout(), b);
        place(input, 0);
        place(a, 1);
        place(b, 1);
        place(c, 1);
        verify();
    }

    @Test
    void anInputThatWasOverwrittenIsSeen() {
        Value a = add("a", dropout(), input);
        Value b = add("b", dropout(), input);
        Value c = add("c", new Add(), a, b);
        place(input, 0);
        place(a, 1);
        place(b, 1);
        place(c, 2);
        assertRefused("node c (Add) would find a FLOAT32(1x2x4x4) overwritten");
    }

    @Test
    void anInputThatItsNodeMayNotOverwriteIsSeen() {
        Value a = add("a", dropout(), input);
        Value b = add("b", new MaxPool(), a);
        place(input, 0);
        place(a, 1);
        place(b, 1);
        assertRefused("node b (MaxPool) would write b FLOAT32(1x2x2x2) over its input a");
    }

    @Test
    void aKeptValueAndTheInputStayToTheEnd() {
        Value a = add("a", dropout(), input);
        graph.keep(a);
        Value b = add("b", dropout(), input);
        place(input, 0);
        place(a, 1);
        place(b, 1);
        assertRefused("the end of the program would find a FLOAT32(1x2x4x4) overwritten");
        place(b, 0);
        assertRefused("the end of the program would find input FLOAT32(1x2x4x4) overwritten");
    }

    @Test
    void aWorkspaceOverAnOperandIsSeen() {
        Value a = add("a", dropout(), input);
        place(input, 0);
        place(a, 1);
        for (int slot = 0; slot < 2; slot++) {
            Placement workspace = new Placement(new Lifetime("a workspace", 256, 0, 0), slot * BYTES);
            assertThrows(IllegalStateException.class, () -> verify(workspace));
        }
        verify(new Placement(new Lifetime("a workspace", 256, 0, 0), 2 * BYTES));
    }
}
