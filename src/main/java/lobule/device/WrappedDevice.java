package lobule.device;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import lobule.op.Op;
import lobule.tensor.TensorSpec;

/** A device that leaves to another one all that it does not do differently. */
public interface WrappedDevice extends Device {

    Device device();

    @Override
    default String name() {
        return device().name();
    }

    @Override
    default String description() {
        return device().description();
    }

    @Override
    default boolean fuses() {
        return device().fuses();
    }

    @Override
    default double roundoff() {
        return device().roundoff();
    }

    @Override
    default OptionalLong freeBytes() {
        return device().freeBytes();
    }

    @Override
    default Buffer allocate(long bytes) {
        return device().allocate(bytes);
    }

    @Override
    default Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs) {
        return device().prepare(op, inputs, states, outputs);
    }

    @Override
    default long takenBytes(List<Long> allocations) {
        return device().takenBytes(allocations);
    }

    @Override
    default boolean prefetches() {
        return device().prefetches();
    }

    @Override
    default void prefetch(MemorySegment source, Tensor ahead, Tensor destination) {
        device().prefetch(source, ahead, destination);
    }

    @Override
    default Optional<Timer> timer() {
        return device().timer();
    }

    @Override
    default void upload(MemorySegment source, Tensor destination) {
        device().upload(source, destination);
    }

    @Override
    default void download(Tensor source, MemorySegment destination) {
        device().download(source, destination);
    }

    @Override
    default void requireUsable() {
        device().requireUsable();
    }

    @Override
    default void synchronize() {
        device().synchronize();
    }

    @Override
    default void close() {
        device().close();
    }
}
