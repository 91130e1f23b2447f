package lobule.device;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import lobule.op.Op;
import lobule.tensor.TensorSpec;

/**
 * Where memory and kernels live. A device belongs to the thread that makes it: that thread alone allocates, prepares,
 * runs, copies and closes; for work from several threads give it an executor of one thread. Closing a device closes
 * nothing that was made from it: buffers and kernels are closed first. Closing twice does nothing. Calls from another
 * thread or after the close are refused by an {@link IllegalStateException}; launches alone do not look, so that steps
 * cost nothing, and whoever runs them calls {@link #requireUsable} before.
 */
public interface Device extends AutoCloseable {

    /** Short name, as on the command line: {@code reference}, {@code cpu}, {@code cuda}. */
    String name();

    /** One line about the hardware and the libraries used. */
    String description();

    /**
     * Whether graphs for this device should have fused ops where there are any; not where a library is to compute the
     * single ones.
     */
    default boolean fuses() {
        return true;
    }

    /** Unit roundoff of the factors of its products: of float32, or less precise where it was opened so. */
    default double roundoff() {
        return 0x1p-24;
    }

    /**
     * Takes memory directly; contents are undefined.
     *
     * @throws OutOfDeviceMemoryException naming what was asked for and what is free
     */
    Buffer allocate(long bytes);

    /**
     * Chooses how an op will be computed for these operands. Happens once, before memory is planned.
     *
     * @throws IllegalArgumentException where the op's own shape rule refuses the operands
     */
    Kernel prepare(Op op, List<TensorSpec> inputs, List<TensorSpec> states, List<TensorSpec> outputs);

    /**
     * Copies host values into a tensor.
     *
     * @param source row-major in the tensor's logical shape (activations NCDHW), native byte order, exactly its bytes
     */
    void upload(MemorySegment source, Tensor destination);

    /**
     * What allocations of these sizes take of the device's memory together: more than their sum where it is given in
     * larger units.
     */
    default long takenBytes(List<Long> allocations) {
        return allocations.stream().mapToLong(Long::longValue).sum();
    }

    /** Bytes of the device's own memory that are free; empty where it computes on the host's. */
    default OptionalLong freeBytes() {
        return OptionalLong.empty();
    }

    /** Whether {@link #prefetch} brings anything. Devices that compute on the host's memory have no need to. */
    default boolean prefetches() {
        return false;
    }

    /**
     * Starts to bring the values of a later {@link #upload} of the same source to the same tensor, while launches so
     * far go on. A hint: nothing may follow but that upload, and until then the source stays as it is.
     *
     * @param ahead memory for the values until then, like the destination; of no other use meanwhile
     */
    default void prefetch(MemorySegment source, Tensor ahead, Tensor destination) {}

    /** A new timer of launches; empty where timing costs something and was not asked for. */
    default Optional<Timer> timer() {
        return Optional.of(new HostTimer());
    }

    /** Copies a tensor to the host, row-major in its logical shape, after all launches so far have finished. */
    void download(Tensor source, MemorySegment destination);

    /**
     * Returns where the device may be used.
     *
     * @throws IllegalStateException naming the owning and the calling thread, or the closed device
     */
    default void requireUsable() {}

    /** Returns when all launches so far have finished. */
    void synchronize();

    @Override
    void close();
}
