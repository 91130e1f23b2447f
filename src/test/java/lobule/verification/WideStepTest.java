package lobule.verification;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Map;
import lobule.device.Device;
import lobule.device.Step;
import lobule.device.cpu.CpuDevice;
import lobule.device.reference.ReferenceDevice;
import lobule.nn.Loss;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.Shape;
import org.apache.commons.math3.random.Well19937c;
import org.junit.jupiter.api.Test;

/**
 * One step at 16 base channels, where oneDNN's kernels for blocks of 16 channels take over, which no recorded step
 * reaches: the cpu device against the reference, with dropout.
 */
class WideStepTest {
    private static final Shape OUTPUT = Shape.of(1, 2, 4, 4, 4);
    /** With other inputs a near-tie of a ReLU or a max-pool flips in float32 and moves gradients upstream by 1e-2. */
    private static final long INPUT_SEED = 5;
    private static final UNetConfig CONFIG = UNetConfig.of(3, 1, 2, 16, 0.5);

    @Test
    void cpuAgreesWithReference() {
        Map<String, float[]> expected = gradients(new ReferenceDevice());
        Map<String, float[]> actual = gradients(new CpuDevice(Runtime.getRuntime().availableProcessors()));
        double difference = 0;
        double norm = 0;
        for (Map.Entry<String, float[]> entry : expected.entrySet()) {
            float[] other = actual.get(entry.getKey());
            for (int i = 0; i < other.length; i++) {
                double reference = entry.getValue()[i];
                difference += (other[i] - reference) * (other[i] - reference);
                norm += reference * reference;
            }
        }
        double error = Math.sqrt(difference / norm);
        double tolerance = Tolerance.FLOAT32.gradients();
        assertTrue(error <= tolerance, "relative error of all gradients " + error);
        assertTrue(norm > 0, "the gradient vanished");
    }

    private static Map<String, float[]> gradients(Device opened) {
        try (Device device = opened; Arena arena = Arena.ofConfined();
                TrainingModel model = TrainingModel.create(device, CONFIG, OUTPUT, Loss.of(Loss.Kind.DICE),
                        new Adam(0.9, 0.999, 1e-8, Double.POSITIVE_INFINITY), Recompute.NONE)) {
            model.initialise(7);
            Step step = new Step();
            step.seed = 11;
            model.train(input(model, arena), target(model, arena), step);
            Map<String, float[]> gradients = new LinkedHashMap<>();
            for (Value gradient : model.training().graph().values(Role.GRADIENT)) {
                MemorySegment host = arena.allocate(gradient.spec().bytes(), Float.BYTES);
                model.download(gradient, host);
                gradients.put(gradient.name(), host.toArray(ValueLayout.JAVA_FLOAT));
            }
            return gradients;
        }
    }

    private static MemorySegment input(TrainingModel model, Arena arena) {
        MemorySegment input = arena.allocate(model.training().input().spec().bytes(), Float.BYTES);
        Well19937c random = new Well19937c(INPUT_SEED);
        for (long i = 0; i < input.byteSize() / Float.BYTES; i++) {
            input.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return input;
    }

    private static MemorySegment target(TrainingModel model, Arena arena) {
        MemorySegment target = arena.allocate(model.training().target().orElseThrow().spec().bytes());
        for (long i = 0; i < target.byteSize(); i++) {
            target.set(ValueLayout.JAVA_BYTE, i, (byte) (i / 16 % 2));
        }
        return target;
    }
}
