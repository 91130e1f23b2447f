package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import lobule.device.Device;
import lobule.device.Step;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.device.cuda.simulator.OpProgram;
import lobule.device.cuda.simulator.SimulatorProcess;
import lobule.device.reference.ReferenceDevice;
import lobule.nn.Loss;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.runtime.GradientRun;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * No launch, of an own kernel or of a library, reads or writes beside its operands, where in a network's arena another
 * tensor lies: the simulated GPU ends the process where one does.
 */
class CudaBoundsTest {
    private static final int FAULT = 86;
    private static final CudaOptions OPTIONS = SimulatedGpu.options();

    record Network(UNetConfig config, Shape output, Loss.Kind loss, Op optimizer, Recompute recompute,
                   CudaOptions options) {}

    static Stream<Network> networks() {
        Op adam = new Adam(0.9, 0.999, 1e-8, 1);
        Op nesterov = new NesterovMomentum(0.9, Double.POSITIVE_INFINITY);
        return Stream.of(
                new Network(UNetConfig.of(3, 1, 2, 2, 0.3), Shape.of(1, 2, 4, 4, 12), Loss.Kind.DICE_AND_CROSS_ENTROPY,
                        adam, Recompute.NONE, OPTIONS),
                new Network(UNetConfig.of(2, 3, 5, 3, 0.3), Shape.of(2, 5, 12, 28), Loss.Kind.DICE_AND_CROSS_ENTROPY,
                        adam, Recompute.CHEAP, OPTIONS),
                new Network(UNetConfig.of(2, 1, 2, 4, 0), Shape.of(2, 2, 4, 20), Loss.Kind.DICE_FOREGROUND, nesterov,
                        Recompute.LEVEL0, OPTIONS),
                new Network(UNetConfig.of(2, 1, 3, 3, 0.5), Shape.of(1, 3, 4, 12), Loss.Kind.CROSS_ENTROPY, adam,
                        Recompute.NONE, OPTIONS.withCudnnOps(Set.of(CudnnOp.values()))));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void stepsKeepToTheirTensors(Network network) {
        try (Device device = new IsolatingDevice(SimulatedGpu.open(network.options()));
                TrainingModel model = TrainingModel.create(device, network.config(), network.output(),
                        Loss.of(network.loss()), network.optimizer(), network.recompute());
                Arena arena = Arena.ofShared()) {
            model.initialise(1);
            MemorySegment input = arena.allocate(model.training().input().spec().bytes(), Float.BYTES);
            for (long i = 0; i < input.byteSize() / Float.BYTES; i++) {
                input.setAtIndex(ValueLayout.JAVA_FLOAT, i, i * 7919 % 1009 / 1009f);
            }
            MemorySegment target = arena.allocate(model.training().target().orElseThrow().spec().bytes());
            Step step = new Step();
            for (boolean accumulate : new boolean[] {false, true}) {
                step.accumulate = accumulate;
                model.train(input, target, step);
                step.microStep++;
            }
            model.update(step);
            model.evaluate(input, target, step);
            device.synchronize();
        }
    }

    @Test
    void everyOpKeepsToItsOperands() {
        OpProgram.runAll(IsolatingDevice::new);
    }

    @Test
    void randomGraphsKeepToTheirTensors() {
        try (Device reference = new ReferenceDevice(1);
                Device device = new IsolatingDevice(SimulatedGpu.open())) {
            assertEquals(List.of(), LongStream.range(100, 112)
                    .mapToObj(seed -> GradientRun.difference(device, reference, seed, 7))
                    .filter(text -> !text.isEmpty()).toList());
        }
    }

    /** A launch that touches the word behind its operand: seen only where operands are apart. */
    @ParameterizedTest
    @CsvSource({"write_at, write", "read_at, read"})
    void accessesBesideATensorAreSeenWhereOperandsAreApart(String kernel, String access) throws Exception {
        SimulatorProcess.assumeBuildable();
        String samples = SimulatorProcess.file("ptx", "samples.ptx").toString();
        SimulatorProcess.Answer together = SimulatorProcess.java(Map.of(), OverrunProgram.class, samples, kernel,
                "together");
        assertEquals(0, together.status(), together.text());
        SimulatorProcess.Answer apart = SimulatorProcess.java(Map.of(), OverrunProgram.class, samples, kernel, "apart");
        assertEquals(FAULT, apart.status(), apart.text());
        assertTrue(apart.text().contains("global " + access + " of 4 bytes out of bounds"), apart.text());
        assertTrue(apart.text().contains("0 bytes past the end of allocation"), apart.text());
    }
}
