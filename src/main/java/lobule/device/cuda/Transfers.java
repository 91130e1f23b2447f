package lobule.device.cuda;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.Tensor;

/** Copies between host and device, among them those that run ahead. */
final class Transfers implements AutoCloseable {
    private final CudaContext context;
    private final Staging staging;
    /** By destination; empty where the device had no memory for it. */
    private final Map<Tensor, Optional<Prefetched>> prefetched = new HashMap<>();

    Transfers(CudaContext context) {
        this.context = context;
        this.staging = new Staging();
    }

    Staging staging() {
        return staging;
    }

    void prefetch(MemorySegment source, Tensor destination) {
        prefetched.computeIfAbsent(destination, this::beside).ifPresent(beside -> beside.bring(source));
    }

    private Optional<Prefetched> beside(Tensor tensor) {
        try {
            return Optional.of(new Prefetched(context, staging, tensor.spec().bytes()));
        } catch (OutOfDeviceMemoryException e) {
            return Optional.empty();
        }
    }

    /** In order with the launches; {@code source} may be changed when this returns. */
    void upload(MemorySegment source, Tensor destination) {
        DevicePointer pointer = DeviceBuffer.pointer(destination);
        boolean there = prefetched.getOrDefault(destination, Optional.empty())
                .map(beside -> beside.take(source, pointer)).orElse(false);
        if (!there) {
            staging.upload(source, pointer, context.compute());
        }
    }

    void download(Tensor source, MemorySegment destination) {
        staging.download(DeviceBuffer.pointer(source), destination, context.compute());
    }

    @Override
    public void close() {
        Cleanup cleanup = new Cleanup();
        cleanup.own(staging);
        prefetched.values().forEach(entry -> entry.ifPresent(cleanup::own));
        prefetched.clear();
        cleanup.close();
    }
}
