package lobule.device.cuda.convolution;

import java.util.Optional;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.cuda.driver.Cleanup;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.tensor.Shape;

/** Operands of a convolution, all 0, for as long as algorithms are tried. */
final class TrialMemory implements AutoCloseable {
    private final Cleanup cleanup = new Cleanup();
    private final CudaContext context;
    private final ConvolutionMemory memory;

    private TrialMemory(CudaContext context, ConvolutionGeometry geometry, long workspaceBytes) {
        this.context = context;
        try {
            memory = new ConvolutionMemory(zeros(geometry.spannedInput()), zeros(geometry.filter()),
                    zeros(geometry.output()), allocate(workspaceBytes), workspaceBytes);
        } catch (RuntimeException e) {
            cleanup.closeAfter(e);
            throw e;
        }
    }

    /** Empty where the device has not that much to spare. */
    static Optional<TrialMemory> take(CudaContext context, ConvolutionGeometry geometry, long workspaceBytes) {
        try {
            return Optional.of(new TrialMemory(context, geometry, workspaceBytes));
        } catch (OutOfDeviceMemoryException e) {
            return Optional.empty();
        }
    }

    private DevicePointer zeros(Shape shape) {
        long bytes = shape.elements() * Float.BYTES;
        DevicePointer pointer = allocate(bytes);
        context.clear(pointer, bytes);
        return pointer;
    }

    private DevicePointer allocate(long bytes) {
        return cleanup.own(DeviceBuffer.allocate(bytes, context.name())).pointer();
    }

    ConvolutionMemory memory() {
        return memory;
    }

    @Override
    public void close() {
        context.synchronize();
        cleanup.close();
    }
}
