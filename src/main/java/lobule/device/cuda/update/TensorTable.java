package lobule.device.cuda.update;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import lobule.device.Tensor;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.Staging;
import lobule.device.cuda.kernel.Kernels;
import lobule.tensor.TensorSpec;

/**
 * Where the tensors of an update are, for one launch over all of them: in device memory a row of 64-bit integers for
 * each parameter, the first of its chunks among those of all, its elements, and the addresses of its tensors. Written
 * when the tensors are known.
 */
final class TensorTable implements AutoCloseable {
    /** Tensors of a row; those that an update does not have are 0. */
    private static final int TENSORS = 4;
    private static final int COLUMNS = 2 + TENSORS;

    private final Staging staging;
    private final CudaContext context;
    private final List<TensorSpec> parameters;
    private final long chunks;
    /** Null where nothing is run. */
    private final DeviceBuffer buffer;

    /** @param context null, and staging too, where kernels are only prepared */
    TensorTable(CudaContext context, Staging staging, List<TensorSpec> parameters) {
        this.context = context;
        this.staging = staging;
        this.parameters = List.copyOf(parameters);
        this.chunks = parameters.stream().mapToLong(TensorTable::chunks).sum();
        this.buffer = context == null ? null : DeviceBuffer.allocate(bytes(), context.name());
    }

    private static long chunks(TensorSpec parameter) {
        return Kernels.chunks(parameter.shape().elements());
    }

    long bytes() {
        return rows() * COLUMNS * Long.BYTES;
    }

    long rows() {
        return parameters.size();
    }

    /** Blocks of a launch over all tensors. */
    long chunks() {
        return chunks;
    }

    DevicePointer pointer() {
        return buffer.pointer();
    }

    /** @param tensors of each parameter, {@link #TENSORS} at most */
    void write(List<List<Tensor>> tensors) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment table = arena.allocate(ValueLayout.JAVA_LONG, rows() * COLUMNS);
            long firstChunk = 0;
            for (int row = 0; row < rows(); row++) {
                long at = (long) row * COLUMNS;
                table.setAtIndex(ValueLayout.JAVA_LONG, at++, firstChunk);
                table.setAtIndex(ValueLayout.JAVA_LONG, at++, parameters.get(row).shape().elements());
                for (Tensor tensor : tensors.get(row)) {
                    table.setAtIndex(ValueLayout.JAVA_LONG, at++, DeviceBuffer.pointer(tensor).address());
                }
                firstChunk += chunks(parameters.get(row));
            }
            staging.upload(table, buffer.pointer(), context.compute());
        }
    }

    @Override
    public void close() {
        if (buffer != null) {
            buffer.close();
        }
    }
}
