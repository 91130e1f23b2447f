package lobule.device.cuda.loss;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.Staging;

/** Weights of the classes, doubles in device memory of their own; none where all are 1. */
public final class ClassWeights implements AutoCloseable {
    private final DeviceBuffer buffer;

    /** All are 1. */
    public ClassWeights() {
        buffer = null;
    }

    public ClassWeights(CudaContext context, Staging staging, List<Double> weights) {
        if (weights.isEmpty()) {
            buffer = null;
            return;
        }
        buffer = DeviceBuffer.allocate(weights.size() * (long) Double.BYTES, context.name());
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(ValueLayout.JAVA_DOUBLE, weights.size());
            for (int c = 0; c < weights.size(); c++) {
                host.setAtIndex(ValueLayout.JAVA_DOUBLE, c, weights.get(c));
            }
            staging.upload(host, buffer.pointer(), context.compute());
        } catch (RuntimeException e) {
            buffer.close();
            throw e;
        }
    }

    /** Null where all weights are 1. */
    DevicePointer pointer() {
        return buffer == null ? new DevicePointer() : buffer.pointer();
    }

    /** Device memory that they take. */
    long bytes() {
        return buffer == null ? 0 : buffer.bytes();
    }

    @Override
    public void close() {
        if (buffer != null) {
            buffer.close();
        }
    }
}
