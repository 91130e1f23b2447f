package lobule.device.cuda.driver;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import lobule.device.Tensor;

/** Copies between host and device, among them those that run ahead. */
public final class Transfers implements AutoCloseable {
    private final CudaContext context;
    private final Staging staging;
    /** By destination. */
    private final Map<Tensor, Prefetched> prefetched = new HashMap<>();

    public Transfers(CudaContext context) {
        this.context = context;
        this.staging = new Staging();
    }

    public Staging staging() {
        return staging;
    }

    public void prefetch(MemorySegment source, Tensor ahead, Tensor destination) {
        prefetched.computeIfAbsent(destination, _ -> new Prefetched(context, staging))
                .bring(source, DeviceBuffer.pointer(ahead));
    }

    /** In order with the launches; {@code source} may be changed when this returns. */
    public void upload(MemorySegment source, Tensor destination) {
        DevicePointer pointer = DeviceBuffer.pointer(destination);
        Prefetched brought = prefetched.get(destination);
        if (brought == null || !brought.take(source, pointer)) {
            staging.upload(source, pointer, context.compute());
        }
    }

    public void download(Tensor source, MemorySegment destination) {
        staging.download(DeviceBuffer.pointer(source), destination, context.compute());
    }

    @Override
    public void close() {
        Cleanup cleanup = new Cleanup();
        cleanup.own(staging);
        prefetched.values().forEach(cleanup::own);
        prefetched.clear();
        cleanup.close();
    }
}
