package lobule.nn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Set;
import lobule.HeapMeter;
import lobule.device.Device;
import lobule.device.Step;
import lobule.device.cpu.CpuDevice;
import lobule.graph.Phase;
import lobule.op.Adam;
import lobule.op.Op;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;

/**
 * A step on the CPU takes nothing from the Java heap, on any thread, once the JVM has compiled the kernels: until then
 * every vector is an object.
 */
class StepAllocationTest {
    /** Steps in a row that must take nothing. */
    private static final int STEPS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(3);
    /** Large enough that all loops are compiled after some hundred steps. */
    private static final Shape OUTPUT = Shape.of(1, 2, 36, 36);
    private static final int BASE_CHANNELS = 8;
    private static final Op ADAM = new Adam(0.9, 0.999, 1e-8, 1);
    private static final Loss LOSS = Loss.of(Loss.Kind.DICE_AND_CROSS_ENTROPY);

    @Test
    void aStepTakesNothingFromTheHeap() {
        Set<Thread> others = Thread.getAllStackTraces().keySet();
        UNetConfig config = UNetConfig.of(2, 1, 2, BASE_CHANNELS, 0.5);
        try (Device device = new CpuDevice(2);
                TrainingModel model = TrainingModel.create(device, config, OUTPUT, LOSS, ADAM, Recompute.NONE);
                Arena arena = Arena.ofShared()) {
            model.initialise(1);
            requireCalm(new Steps(model, arena, new HeapMeter(others)));
        }
    }

    private static void requireCalm(Steps steps) {
        long end = System.nanoTime() + LIMIT.toNanos();
        long bytes = 0;
        int calm = 0;
        int count = 0;
        for (; calm < STEPS && System.nanoTime() < end; count++) {
            bytes = steps.measure();
            calm = bytes == 0 ? calm + 1 : 0;
        }
        assertTrue(calm == STEPS, "step " + count + " still took " + bytes + " bytes from the heap");
    }

    /** Steps of two mini-batches, the second added to the first, and an update. */
    private static final class Steps {
        private final HeapMeter meter;
        private final TrainingModel model;
        private final MemorySegment input;
        private final MemorySegment target;
        private final Step step = new Step();

        Steps(TrainingModel model, Arena arena, HeapMeter meter) {
            this.meter = meter;
            this.model = model;
            this.input = arena.allocate(model.training().input().spec().bytes(), Float.BYTES);
            this.target = arena.allocate(model.training().target().orElseThrow().spec().bytes());
            for (long i = 0; i < input.byteSize() / Float.BYTES; i++) {
                input.setAtIndex(ValueLayout.JAVA_FLOAT, i, (int) (i % 7) - 3);
            }
            for (long i = 0; i < target.byteSize(); i++) {
                target.set(ValueLayout.JAVA_BYTE, i, i % 3 == 2 ? (byte) Loss.IGNORE : (byte) (i % 3));
            }
            step.learningRate = 1e-4;
            step.gradientScale = 0.5;
        }

        /** Bytes taken while a step's phases ran. */
        long measure() {
            long bytes = 0;
            for (int batch = 0; batch < 2; batch++) {
                step.accumulate = batch > 0;
                model.trainingRun().upload(input, model.training().input());
                model.trainingRun().upload(target, model.training().target().orElseThrow());
                bytes += measure(Phase.FORWARD) + measure(Phase.BACKWARD);
                step.microStep++;
            }
            bytes += measure(Phase.UPDATE);
            step.optimizerStep++;
            return bytes;
        }

        private long measure(Phase phase) {
            meter.start();
            model.trainingRun().run(phase, step);
            return meter.stop();
        }
    }
}
