package lobule.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import lobule.device.Device;
import lobule.device.Step;
import lobule.device.WrappedDevice;
import lobule.device.cpu.CpuDevice;
import lobule.device.reference.ReferenceDevice;
import lobule.op.Adam;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is computed again is the same bit for bit, and fused ops agree with single ones. */
class RecomputationTest {
    private static final Adam ADAM = new Adam(0.9, 0.999, 1e-8, Double.POSITIVE_INFINITY);
    private static final Shape SLICE = Shape.of(1, 2, 12, 4);
    private static final Shape VOLUME = Shape.of(1, 2, 4, 4, 4);

    /** A device that wants every op by itself. */
    private record Separate(Device device) implements WrappedDevice {
        @Override
        public boolean fuses() {
            return false;
        }
    }

    static Stream<Arguments> networks() {
        return Stream.of(Arguments.of("reference", 2, 0.5), Arguments.of("cpu", 2, 0.5), Arguments.of("cpu", 2, 0.0),
                Arguments.of("cpu", 3, 0.5));
    }

    private static Device open(String name) {
        return name.equals("cpu") ? new CpuDevice(2) : new ReferenceDevice();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void everyGradientIsTheSameBitForBit(String device, int rank, double dropout) {
        List<float[]> expected = train(open(device), rank, dropout, Recompute.NONE);
        for (Recompute recompute : List.of(Recompute.CHEAP, Recompute.LEVEL0)) {
            List<float[]> actual = train(open(device), rank, dropout, recompute);
            for (int i = 0; i < expected.size(); i++) {
                assertArrayEquals(expected.get(i), actual.get(i), recompute + ", tensor " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("networks")
    void fusedOpsAgreeWithSingleOnes(String device, int rank, double dropout) {
        List<float[]> single = train(new Separate(open(device)), rank, dropout, Recompute.NONE);
        List<float[]> fused = train(open(device), rank, dropout, Recompute.NONE);
        assertEquals(single.size(), fused.size());
        for (int i = 0; i < single.size(); i++) {
            assertTrue(distance(single.get(i), fused.get(i)) <= 1e-4, "tensor " + i);
        }
    }

    @Test
    void recomputationWithSingleOpsIsRefused() {
        String message = assertThrows(IllegalArgumentException.class,
                () -> train(new Separate(new ReferenceDevice()), 2, 0, Recompute.CHEAP)).getMessage();
        assertEquals("recompute is cheap, expected none where a library computes pooling, dropout or normalisation",
                message);
    }

    private static double distance(float[] a, float[] b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            difference += Math.pow(a[i] - b[i], 2);
            norm += Math.pow(a[i], 2);
        }
        return Math.sqrt(difference / norm);
    }

    /** The loss, all gradients and running statistics after two mini-batches. */
    private static List<float[]> train(Device opened, int rank, double dropout, Recompute recompute) {
        Random random = new Random(5);
        try (Device device = opened; Arena arena = Arena.ofConfined();
                TrainingModel model = TrainingModel.create(device, UNetConfig.of(rank, 1, 2, 3, dropout),
                        rank == 2 ? SLICE : VOLUME, Loss.of(Loss.Kind.DICE), ADAM, recompute)) {
            model.initialise(7);
            Step step = new Step();
            step.seed = 11;
            for (int batch = 0; batch < 2; batch++) {
                step.microStep = batch;
                step.accumulate = batch > 0;
                model.train(image(arena, model, random), labels(arena, model, random), step);
            }
            List<float[]> results = new ArrayList<>();
            Value loss = model.training().losses().getFirst();
            MemorySegment value = arena.allocate(Float.BYTES, Float.BYTES);
            model.trainingRun().download(loss, value);
            results.add(value.toArray(ValueLayout.JAVA_FLOAT));
            for (Value read : model.training().graph().values()) {
                if (read.role() == Role.GRADIENT || read.role() == Role.STATE && read.spec().type() == DType.FLOAT32) {
                    MemorySegment host = arena.allocate(read.spec().bytes(), Float.BYTES);
                    model.download(read, host);
                    results.add(host.toArray(ValueLayout.JAVA_FLOAT));
                }
            }
            return results;
        }
    }

    private static MemorySegment image(Arena arena, TrainingModel model, Random random) {
        MemorySegment image = arena.allocate(model.training().input().spec().bytes(), Float.BYTES);
        for (long i = 0; i < image.byteSize() / Float.BYTES; i++) {
            image.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return image;
    }

    private static MemorySegment labels(Arena arena, TrainingModel model, Random random) {
        MemorySegment labels = arena.allocate(model.training().target().orElseThrow().spec().bytes());
        for (long i = 0; i < labels.byteSize(); i++) {
            labels.set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(2));
        }
        return labels;
    }
}
