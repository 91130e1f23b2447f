package lobule.benchmark.worker;

import java.lang.foreign.MemorySegment;
import java.util.List;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.Tensor;
import lobule.op.Op;
import lobule.tensor.TensorSpec;

/** A device that adds up the memory taken from it. */
final class MeteredDevice implements Device {
    private final Device device;
    private long takenBytes;

    MeteredDevice(Device device) {
        this.device = device;
    }

    /** Bytes of all buffers ever allocated. */
    long takenBytes() {
        return takenBytes;
    }

    @Override
    public String name() {
        return device.name();
    }

    @Override
    public String description() {
        return device.description();
    }

    @Override
    public boolean fuses() {
        return device.fuses();
    }

    @Override
    public Buffer allocate(long bytes) {
        takenBytes += bytes;
        return device.allocate(bytes);
    }

    @Override
    public Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        return device.prepare(op, inputs, states, outputs);
    }

    @Override
    public void upload(MemorySegment source, Tensor destination) {
        device.upload(source, destination);
    }

    @Override
    public long takenBytes(List<Long> allocations) {
        return device.takenBytes(allocations);
    }

    @Override
    public boolean prefetches() {
        return device.prefetches();
    }

    @Override
    public void prefetch(MemorySegment source, Tensor ahead, Tensor destination) {
        device.prefetch(source, ahead, destination);
    }

    @Override
    public void download(Tensor source, MemorySegment destination) {
        device.download(source, destination);
    }

    @Override
    public void requireUsable() {
        device.requireUsable();
    }

    @Override
    public void synchronize() {
        device.synchronize();
    }

    @Override
    public void close() {
        device.close();
    }
}
