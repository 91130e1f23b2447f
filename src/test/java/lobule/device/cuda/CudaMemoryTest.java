package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import lobule.device.Buffer;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.Step;
import lobule.device.cuda.options.CudnnOp;
import lobule.device.cuda.simulator.SimulatorProcess;
import lobule.nn.FreeMemory;
import lobule.nn.Loss;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.op.Value.Role;
import lobule.op.Value;
import lobule.tensor.Shape;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A training model takes of the GPU exactly what was planned, at once, and nothing while it runs. */
class CudaMemoryTest {
    private static final long GRANULE = 2L << 20;

    record Network(UNetConfig config, Shape output, Loss loss, Op optimizer) {
        long plannedBytes(CudaDevice device) {
            return TrainingModel.plannedBytes(device, config, output, loss, optimizer, Recompute.NONE);
        }

        TrainingModel create(CudaDevice device) {
            return TrainingModel.create(device, config, output, loss, optimizer, Recompute.NONE);
        }
    }

    /** Regions that share one granule, regions of several, class weights. */
    static Stream<Network> networks() {
        Op adam = new Adam(0.9, 0.999, 1e-8, Double.POSITIVE_INFINITY);
        return Stream.of(
                new Network(UNetConfig.of(2, 1, 2, 1, 0), Shape.of(1, 2, 4, 4),
                        new Loss(Loss.Kind.DICE, List.of(), Loss.IGNORE), adam),
                new Network(UNetConfig.of(2, 1, 3, 8, 0.1), Shape.of(1, 3, 20, 28),
                        new Loss(Loss.Kind.CROSS_ENTROPY, List.of(1.0, 2.0, 3.0), Loss.IGNORE), adam),
                new Network(UNetConfig.of(3, 1, 2, 2, 0), Shape.of(1, 2, 4, 4, 12),
                        new Loss(Loss.Kind.DICE_AND_CROSS_ENTROPY, List.of(), Loss.IGNORE),
                        new NesterovMomentum(0.9, Double.POSITIVE_INFINITY)));
    }

    @BeforeAll
    static void nothingElseIsOnTheGpu() {
        SimulatedGpu.requireSimulated();
    }

    private static long freeBytes() {
        return SimulatedGpu.report().gpus().getFirst().freeBytes();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void takesWhatIsPlanned(Network network) {
        try (CudaDevice device = SimulatedGpu.open()) {
            long planned = network.plannedBytes(device);
            long free = freeBytes();
            try (TrainingModel model = network.create(device)) {
                assertEquals(planned, model.plannedBytes());
                assertEquals(planned, free - freeBytes());
                FreeMemory seen = model.freeMemory().orElseThrow();
                assertEquals(freeBytes(), seen.taken());
                assertEquals(planned, seen.opened() - seen.taken());
                assertTrue(seen.prepared() > seen.taken(), seen::toString);
            }
            assertEquals(free, freeBytes());
        }
    }

    @Test
    void nothingMoreIsTakenWhileItRuns() {
        Network network = networks().findFirst().orElseThrow();
        try (CudaDevice device = SimulatedGpu.open(SimulatedGpu.options().withCudnnOps(Set.of(CudnnOp.NORM)));
                TrainingModel model = network.create(device); Arena arena = Arena.ofConfined()) {
            Value target = model.training().target().orElseThrow();
            MemorySegment input = arena.allocate(model.training().input().spec().bytes(), Float.BYTES);
            MemorySegment labels = arena.allocate(target.spec().bytes());
            model.initialise(1);
            long free = freeBytes();
            assertTrue(model.regions().bytes(Role.INPUT) >= input.byteSize() + labels.byteSize());
            for (int step = 0; step < 2; step++) {
                model.train(input, labels, new Step());
                model.prefetch(input, labels);
                model.update(new Step());
            }
            device.synchronize();
            assertEquals(free, freeBytes());
        }
    }

    /** Libraries take memory too, at an algorithm's first use; without a workspace a product would want all of it. */
    @ParameterizedTest
    @ValueSource(strings = {"timed", "deterministic", "cudnn"})
    void whatLibrariesTakeForThemselvesIsTakenBeforeTheModel(String way) throws Exception {
        SimulatorProcess.Answer answer = late(way, 4L << 30);
        assertEquals(0, answer.status(), answer.text());
        assertTrue(answer.text().contains("taken and not planned 0, taken later 0"), answer.text());
    }

    @Test
    void noRoomForLibrariesIsRefusedBeforeTheFirstStep() throws Exception {
        SimulatorProcess.Answer answer = late("deterministic", 70L << 20);
        assertEquals(0, answer.status(), answer.text());
        assertTrue(answer.text().contains("refused device cuda: cudnnConvolution")
                && answer.text().contains("no room left for what the library takes"), answer.text());
        assertFalse(answer.text().contains("the first step"), answer.text());
    }

    private static SimulatorProcess.Answer late(String way, long bytes) throws Exception {
        SimulatorProcess.assumeBuildable();
        return SimulatorProcess.java(Map.of("SIMGPU_LIBRARY_MEMORY", "context=100MiB,code=16MiB,product=9GiB"),
                LateMemory.class, way, Long.toString(bytes));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void oneGranuleLessIsRefusedAtTheStart(Network network) {
        try (CudaDevice device = SimulatedGpu.open()) {
            long planned = network.plannedBytes(device);
            long before = freeBytes();
            try (Buffer _ = device.allocate(before - planned); TrainingModel model = network.create(device)) {
                assertEquals(0, freeBytes());
                assertEquals(planned, model.plannedBytes());
            }
            try (Buffer _ = device.allocate(before - planned + GRANULE)) {
                String message = assertThrows(OutOfDeviceMemoryException.class, () -> network.create(device))
                        .getMessage();
                assertTrue(message.contains("were asked for"), message);
            }
            assertEquals(before, freeBytes());
        }
    }
}
