package lobule;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Collections;

/** What the C library has given out in this process: volumes, tensors, the JVM's own; the Java heap is not in it. */
public final class NativeHeap {
    /** struct mallinfo2: ten sizes. */
    private static final StructLayout COUNTS = MemoryLayout.structLayout(
            Collections.nCopies(10, ValueLayout.JAVA_LONG).toArray(MemoryLayout[]::new));

    private static final int MAPPED = 4; // hblkhd
    private static final int IN_USE = 7; // uordblks

    private static final MethodHandle MALLINFO2 = Linker.nativeLinker().downcallHandle(
            Linker.nativeLinker().defaultLookup().findOrThrow("mallinfo2"), FunctionDescriptor.of(COUNTS));

    private NativeHeap() {}

    public static long bytesInUse() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment counts = (MemorySegment) MALLINFO2.invokeExact((SegmentAllocator) arena);
            return counts.getAtIndex(ValueLayout.JAVA_LONG, MAPPED)
                    + counts.getAtIndex(ValueLayout.JAVA_LONG, IN_USE);
        } catch (Throwable e) {
            throw new AssertionError("mallinfo2 cannot be called", e);
        }
    }
}
