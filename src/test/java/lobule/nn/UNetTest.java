package lobule.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lobule.checkpoint.SafeTensors;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.graph.Phase;
import lobule.op.Adam;
import lobule.op.Convolution;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormBackward;
import lobule.op.Dropout;
import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.Shape;
import lobule.verification.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The network's structure: names, shapes and counts. */
class UNetTest {
    private static final Op ADAM = new Adam(0.9, 0.999, 1e-8, Double.POSITIVE_INFINITY);
    private static final Loss DICE = Loss.of(Loss.Kind.DICE);

    private static SegmentationNetwork training(UNetConfig config, Shape output) {
        return UNet.training(config, output, DICE, ADAM, MemorySaving.DEFAULT);
    }

    private static long elements(Graph graph, Predicate<Value> which) {
        return graph.values(Role.PARAMETER).stream().filter(which).mapToLong(v -> v.spec().shape().elements()).sum();
    }

    @Test
    void thePresetsHaveNineteenMillionParameters() {
        Graph graph = training(UNetConfig.of(3, 1, 2, 32, 0), Shape.of(1, 2, 60, 60, 52)).graph();
        assertEquals(19_070_498, elements(graph, value -> true));
    }

    /** Cicek et al. 2016, section 2: 3 channels in, 3 classes; convolutions with biases, norms not counted. */
    @Test
    void thePublishedCountIsReproduced() {
        Graph graph = training(UNetConfig.of(3, 3, 3, 32, 0), Shape.of(1, 3, 60, 60, 52)).graph();
        long weights = elements(graph, value -> value.spec().shape().rank() == 5);
        long biases = graph.nodes().stream().filter(node -> node.op() instanceof Convolution)
                .mapToLong(node -> node.outputs().getFirst().spec().shape().channels()).sum();
        assertEquals(19_069_955, weights + biases);
    }

    @ParameterizedTest
    @CsvSource({"4,92", "12,100", "20,108", "52,140", "60,148"})
    void anOutputNeedsEightyEightMore(long output, long input) {
        SegmentationNetwork net = UNet.prediction(UNetConfig.of(3, 2, 3, 1, 0), Shape.of(2, 3, output, 4, 12));
        assertEquals(Shape.of(2, 2, input, 92, 100), net.input().spec().shape());
        assertEquals(Shape.of(2, 3, output, 4, 12), net.logits().spec().shape());
    }

    @ParameterizedTest
    @CsvSource({"D,0,8", "D,0,3", "H,1,5", "W,2,16"})
    void anIllegalPatchIsRefusedNamingItsAxis(String name, int axis, long size) {
        Shape output = Shape.of(1, 2, 12, 20, 28).withSpatial(axis, size);
        UNetConfig config = UNetConfig.of(3, 1, 2, 1, 0);
        String message = assertThrows(IllegalArgumentException.class, () -> training(config, output)).getMessage();
        assertTrue(message.contains("axis " + name + " of " + size) && message.contains("8k + 4"), message);
    }

    @Test
    void legalSizesAreFourModuloEight() {
        assertTrue(UNetConfig.legalOutput(4));
        assertTrue(UNetConfig.legalOutput(60));
        assertFalse(UNetConfig.legalOutput(-4));
        assertFalse(UNetConfig.legalOutput(0));
        assertFalse(UNetConfig.legalOutput(8));
        assertEquals(4, UNetConfig.legalOutputBelow(3));
        assertEquals(52, UNetConfig.legalOutputBelow(59));
        assertEquals(60, UNetConfig.legalOutputBelow(60));
    }

    /** The names are those of checkpoints and recorded steps. */
    @Test
    void namesAreThoseOfTheFiles() {
        Graph graph = training(UNetConfig.of(2, 1, 2, 4, 0), Shape.of(1, 2, 4, 20)).graph();
        try (SafeTensors file = SafeTensors.open(Fixtures.smallest())) {
            Set<String> recorded = file.entries().keySet().stream().filter(name -> name.startsWith("param."))
                    .map(name -> name.substring("param.".length())).collect(Collectors.toSet());
            Set<String> ours = graph.values().stream()
                    .filter(value -> value.role() == Role.PARAMETER || value.role() == Role.STATE)
                    .map(Value::name).filter(name -> !name.endsWith(".initialised")).collect(Collectors.toSet());
            assertEquals(recorded, ours);
            assertEquals(75, ours.size());
        }
    }

    @Test
    void evaluationHasNoDropoutAndTheSameParameters() {
        UNetConfig config = UNetConfig.of(2, 1, 2, 4, 0.5);
        Shape output = Shape.of(1, 2, 4, 4);
        Graph training = training(config, output).graph();
        Graph evaluation = UNet.evaluation(config, output, DICE, MemorySaving.DEFAULT).graph();
        assertEquals(6, dropouts(training, Phase.FORWARD).size());
        assertEquals(dropouts(training, Phase.FORWARD), dropouts(training, Phase.BACKWARD));
        assertEquals(Set.of(), dropouts(evaluation, Phase.FORWARD));
        Graph separate = UNet.training(config, output, DICE, ADAM, new MemorySaving(false, Recompute.NONE)).graph();
        assertEquals(dropouts(training, Phase.FORWARD), dropouts(separate, Phase.FORWARD));
        assertEquals(names(training), names(evaluation));
        assertTrue(evaluation.nodes().stream().allMatch(node -> node.states().isEmpty()));
    }

    /** Each has its own stream of random numbers. */
    private static Set<Op> dropouts(Graph graph, Phase phase) {
        return graph.nodes().stream().filter(node -> node.phase() == phase).map(Node::op)
                .flatMap(op -> switch (op) {
                    case Dropout dropout -> Stream.of(dropout);
                    case BatchRenorm norm -> norm.dropout().stream();
                    case BatchRenormBackward norm -> norm.dropout().stream();
                    case Op _ -> Stream.empty();
                }).collect(Collectors.toSet());
    }

    private static Set<String> names(Graph graph) {
        return graph.values(Role.PARAMETER).stream().map(Value::name).collect(Collectors.toSet());
    }

    @Test
    void everyParameterIsUpdatedOnce() {
        for (Op optimizer : List.of(ADAM, new NesterovMomentum(0.9, 1e9))) {
            UNetConfig config = UNetConfig.of(3, 1, 2, 2, 0.5);
            Graph graph = UNet.training(config, Shape.of(1, 2, 4, 4, 4), DICE, optimizer, MemorySaving.DEFAULT).graph();
            for (Value parameter : graph.values(Role.PARAMETER)) {
                assertEquals(1, graph.nodes().stream().filter(node -> node.phase() == Phase.UPDATE
                        && node.op().equals(optimizer)).flatMap(node -> node.states().stream())
                        .filter(parameter::equals).count());
            }
        }
    }

    @Test
    void anImpossibleNetworkIsRefused() {
        for (Runnable impossible : List.<Runnable>of(() -> UNetConfig.of(1, 1, 2, 4, 0),
                () -> UNetConfig.of(3, 0, 2, 4, 0), () -> UNetConfig.of(3, 1, 1, 4, 0),
                () -> UNetConfig.of(3, 1, 256, 4, 0), () -> UNetConfig.of(3, 1, 2, 0, 0),
                () -> UNetConfig.of(3, 1, 2, 4, 1), () -> UNetConfig.of(3, 1, 2, 4, Double.NaN))) {
            assertThrows(IllegalArgumentException.class, impossible::run);
        }
    }
}
