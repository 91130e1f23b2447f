package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import lobule.device.Kernel;
import lobule.device.cuda.options.AlgorithmChoice;
import lobule.device.cuda.options.AlgorithmChoices;
import lobule.device.cuda.options.AlgorithmReuse;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.MathMode;
import lobule.op.Convolution;
import lobule.op.Op;
import lobule.op.TransposedConvolution;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Recorded algorithms are taken again where they fit, and where not the device says why. */
class CudaChoicesTest {
    private static final List<TensorSpec> LAYER = List.of(TensorSpec.activation(Shape.of(1, 3, 6, 7, 8)),
            TensorSpec.rowMajor(4, 3, 3, 3, 3));
    private static final Op CONVOLUTION = new Convolution(false);
    private static final int SLOW = 0;
    private static final int FAST = 1;

    @BeforeAll
    static void algorithmsAreKnown() {
        SimulatedGpu.requireSimulated();
    }

    private record Outcome(AlgorithmChoices choices, AlgorithmReuse reuse) {}

    private static Outcome prepare(CudaOptions options, Op op, List<TensorSpec> layer) {
        try (CudaDevice device = SimulatedGpu.open(options);
                Kernel first = device.prepare(op, layer, List.of(), op.outputs(layer, List.of()));
                Kernel second = device.prepare(op, layer, List.of(), op.outputs(layer, List.of()))) {
            assertEquals(first.workspaceBytes(), second.workspaceBytes());
            return new Outcome(device.choices(), device.reuse());
        }
    }

    private static Outcome prepare(CudaOptions options) {
        return prepare(options, CONVOLUTION, LAYER);
    }

    /** The layer's choice with another algorithm. */
    private static AlgorithmChoices with(AlgorithmChoices choices, int algorithm, boolean deterministic) {
        Map.Entry<String, AlgorithmChoice> only = choices.choices().entrySet().iterator().next();
        return new AlgorithmChoices(choices.device(), Map.of(only.getKey(), new AlgorithmChoice(
                only.getValue().library(), algorithm, only.getValue().mathType(), 0, deterministic)));
    }

    private static Outcome resume(AlgorithmChoices recorded, CudaOptions options) {
        return prepare(options.withRecorded(recorded));
    }

    private static void assertChosenAnew(String reason, int chosen, Outcome outcome) {
        assertEquals(0, outcome.reuse().reused());
        assertEquals(1, outcome.reuse().chosen());
        assertTrue(outcome.reuse().reason().contains(reason), outcome.reuse().reason());
        assertEquals(chosen, outcome.choices().choices().values().iterator().next().algorithm());
    }

    @Test
    void aConvolutionIsChosenOnce() {
        Outcome outcome = prepare(SimulatedGpu.options());
        assertEquals(new AlgorithmReuse(0, 1, ""), outcome.reuse());
        Map.Entry<String, AlgorithmChoice> only = outcome.choices().choices().entrySet().iterator().next();
        assertEquals("forward (1x3x6x7x8) by (4x3x3x3x3) FP32", only.getKey());
        assertEquals(FAST, only.getValue().algorithm());
    }

    @Test
    void recordedChoicesAreTakenAgain() {
        AlgorithmChoices recorded = with(prepare(SimulatedGpu.options()).choices(), SLOW, true);
        for (CudaOptions options : List.of(SimulatedGpu.options(), SimulatedGpu.defaults())) {
            Outcome outcome = resume(recorded, options);
            assertEquals(recorded, outcome.choices());
            assertEquals(new AlgorithmReuse(1, 0, ""), outcome.reuse());
        }
    }

    @Test
    void thoseOfAnotherGpuOrCudnnAreNot() {
        AlgorithmChoices here = with(prepare(SimulatedGpu.options()).choices(), SLOW, true);
        AlgorithmChoices elsewhere = new AlgorithmChoices("GeForce GTX 1080, cuDNN 9.1.0", here.choices());
        assertChosenAnew("the recorded ones are for GeForce GTX 1080, cuDNN 9.1.0, and this is " + here.device(), FAST,
                resume(elsewhere, SimulatedGpu.options()));
    }

    @Test
    void thoseOfAnotherPatchAreNot() {
        AlgorithmChoices recorded = with(prepare(SimulatedGpu.options()).choices(), SLOW, true);
        List<TensorSpec> larger = List.of(TensorSpec.activation(Shape.of(1, 3, 6, 7, 9)), LAYER.get(1));
        assertChosenAnew("none is recorded for forward (1x3x6x7x9)", FAST,
                prepare(SimulatedGpu.options().withRecorded(recorded), CONVOLUTION, larger));
        assertChosenAnew("none is recorded for", FAST,
                resume(recorded, SimulatedGpu.options().withMath(MathMode.TF32)));
    }

    @Test
    void thoseThatMayDifferFromRunToRunAreNotDeterministic() {
        AlgorithmChoices recorded = with(prepare(SimulatedGpu.options()).choices(), SLOW, false);
        assertChosenAnew("not deterministic", FAST, resume(recorded, SimulatedGpu.options()));
        assertEquals(1, resume(recorded, SimulatedGpu.defaults()).reuse().reused());
    }

    @Test
    void thoseThatCudnnRefusesAreNotTaken() {
        AlgorithmChoices recorded = with(prepare(SimulatedGpu.options()).choices(), 2, true);
        assertChosenAnew("cuDNN algorithm 2 is refused for forward", FAST, resume(recorded, SimulatedGpu.options()));
    }

    /** The workspace is asked for again: a record that says less is not believed. */
    @Test
    void theWorkspaceLimitHoldsForThemToo() {
        AlgorithmChoices recorded = with(prepare(SimulatedGpu.options()).choices(), FAST, true);
        long needed = resume(recorded, SimulatedGpu.options()).choices().choices().values().iterator().next()
                .workspaceBytes();
        assertTrue(needed > 0);
        assertChosenAnew("a workspace of " + needed + " bytes, above the limit of " + (needed - 1), SLOW,
                resume(recorded, SimulatedGpu.options().withWorkspaceLimit(needed - 1)));
    }

    @Test
    void productsAreTakenAgainToo() {
        List<TensorSpec> layer = List.of(TensorSpec.activation(Shape.of(1, 3, 4, 5)), TensorSpec.rowMajor(3, 2, 2, 2));
        Op up = new TransposedConvolution();
        AlgorithmChoices recorded = prepare(SimulatedGpu.options(), up, layer).choices();
        assertTrue(recorded.choices().values().iterator().next().byCublas());
        Outcome outcome = prepare(SimulatedGpu.options().withRecorded(recorded), up, layer);
        assertEquals(recorded, outcome.choices());
        assertEquals(new AlgorithmReuse(1, 0, ""), outcome.reuse());
    }
}
