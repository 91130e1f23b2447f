package lobule.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.WrappedDevice;
import lobule.device.reference.ReferenceDevice;
import lobule.nn.TrainingModel;
import lobule.op.Op;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

/** What a user learns when a patch does not fit. */
class LargestPatchTest {
    private static final long LARGEST_PREPARED = 1 << 24;
    private static final TrainConfig CONFIG = ConfigLayers.resolve(Optional.empty(), Map.of(
            "experiment", "unet2d-dropout-renorm-cce", "patch", "28x20", "network.base-channels", 2));

    /** The reference device with so much memory and no more. */
    private record SmallDevice(Device device, long capacity) implements WrappedDevice {
        SmallDevice(long capacity) {
            this(new ReferenceDevice(1), capacity);
        }

        @Override
        public Buffer allocate(long bytes) {
            if (bytes > capacity) {
                throw new OutOfDeviceMemoryException("full", bytes, null);
            }
            return device.allocate(bytes);
        }

        @Override
        public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
            assertTrue(outputs.stream().allMatch(output -> output.bytes() <= LARGEST_PREPARED), outputs.toString());
            return device.prepare(op, inputs, states, outputs);
        }
    }

    private static long bytes(long height, long width) {
        try (Device device = new ReferenceDevice(1)) {
            return TrainingModel.plannedBytes(device, CONFIG.unet(), Shape.of(1, 2, height, width), CONFIG.objective(),
                    CONFIG.optimizerOp(), CONFIG.recomputation());
        }
    }

    private static String explanation(long capacity) {
        try (Device device = new SmallDevice(capacity)) {
            OutOfDeviceMemoryException full = new OutOfDeviceMemoryException("full", 1, null);
            return new LargestPatch(device, CONFIG).explain(full).getMessage();
        }
    }

    @Test
    void theLargestThatFitsIsNamed() {
        // the patches tried are 20x20, 12x20, 12x12, 4x12, 4x4
        assertEquals("full; the largest patch that fits is 20x20", explanation(bytes(20, 20)));
        assertEquals("full; the largest patch that fits is 12x20", explanation(bytes(20, 20) - 1));
        assertEquals("full; the largest patch that fits is 4x4", explanation(bytes(4, 4)));
    }

    @Test
    void thereMayBeNone() {
        assertTrue(explanation(bytes(4, 4) - 1).contains("not even the smallest patch fits"));
    }

    @Test
    void aTrainerThatDoesNotFitSaysSo() {
        try (Device device = new SmallDevice(1 << 16)) {
            String message = assertThrows(OutOfDeviceMemoryException.class,
                    () -> Trainer.create(device, CONFIG, null)).getMessage();
            assertTrue(message.contains("not even the smallest patch fits"), message);
        }
    }

    @Test
    void whatIsFarTooLargeIsNotPrepared() {
        TrainConfig huge = ConfigLayers.resolve(Optional.empty(), Map.of(
                "experiment", "unet2d-dropout-renorm-cce", "patch", "20004x20004", "network.base-channels", 2));
        try (Device device = new SmallDevice(bytes(12, 12))) {
            String message = assertThrows(OutOfDeviceMemoryException.class,
                    () -> Trainer.create(device, huge, null)).getMessage();
            assertEquals("full; the largest patch that fits is 12x12", message);
        }
    }
}
