package lobule.device;

import com.sun.management.OperatingSystemMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.management.ManagementFactory;

/**
 * A buffer in the host's memory, outside the Java heap; what both CPU devices compute on. It comes from the C library,
 * not from the JVM, whose off-heap memory is zeroed (so that every page is resident at once) and limited by the heap's
 * size.
 */
public final class HostBuffer implements Buffer {
    private static final MethodHandle ALIGNED_ALLOC = function("aligned_alloc",
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = function("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    /** All there is, or what a container is allowed. */
    private static final long MACHINE_BYTES = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
            .getTotalMemorySize();

    private final Arena arena;
    private final MemorySegment segment;
    private boolean closed;

    private HostBuffer(Arena arena, MemorySegment segment) {
        this.arena = arena;
        this.segment = segment;
    }

    /** @throws OutOfDeviceMemoryException where the operating system refuses */
    @SuppressWarnings("MustBeClosedChecker")
    public static HostBuffer allocate(long bytes) {
        if (bytes > MACHINE_BYTES) { // which the operating system may promise, and not have
            throw new OutOfDeviceMemoryException((bytes >> 20) + " MiB of memory are needed but the host has "
                    + (MACHINE_BYTES >> 20) + " MiB; choose a smaller patch or fewer base channels", bytes, null);
        }
        MemorySegment memory = alignedAlloc(Buffer.aligned(bytes));
        if (memory.address() == 0) {
            throw new OutOfDeviceMemoryException("the host gave none of the " + bytes + " bytes of memory asked for; "
                    + "choose a smaller patch or fewer base channels", bytes, null);
        }
        Arena arena = Arena.ofShared();
        return new HostBuffer(arena, memory.reinterpret(bytes, arena, HostBuffer::free));
    }

    private static MemorySegment alignedAlloc(long bytes) {
        try {
            return (MemorySegment) ALIGNED_ALLOC.invokeExact(ALIGNMENT, bytes);
        } catch (Throwable e) {
            throw new AssertionError("aligned_alloc does not throw", e);
        }
    }

    private static void free(MemorySegment memory) {
        try {
            FREE.invokeExact(memory);
        } catch (Throwable e) {
            throw new AssertionError("free does not throw", e);
        }
    }

    private static MethodHandle function(String name, FunctionDescriptor descriptor) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor);
    }

    /** The memory of a tensor that lives in a host buffer. */
    public static MemorySegment segment(Tensor tensor) {
        return segment(tensor.buffer()).asSlice(tensor.offset(), tensor.spec().bytes());
    }

    /** The whole memory of a host buffer. */
    public static MemorySegment segment(Buffer buffer) {
        if (buffer instanceof HostBuffer host) {
            if (host.closed) {
                throw new IllegalStateException("a buffer of " + host.bytes() + " bytes is used after it was closed");
            }
            return host.segment;
        }
        throw new IllegalArgumentException("the buffer is a " + buffer.getClass().getSimpleName()
                + ", expected host memory; it was allocated by another device");
    }

    @Override
    public long bytes() {
        return segment.byteSize();
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            arena.close();
        }
    }
}
