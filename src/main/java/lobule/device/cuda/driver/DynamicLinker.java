package lobule.device.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** The dynamic linker of this process: opens libraries, tells from which file they came, and finds their functions. */
final class DynamicLinker {
    /** RTLD_LAZY. */
    private static final int LAZY = 1;
    /** RTLD_DI_LINKMAP: a pointer to a struct whose second word is the file's name. */
    private static final int LINK_MAP = 2;
    private static final long LONGEST_TEXT = 1 << 16;
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MethodHandle OPEN = call("dlopen",
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    private static final MethodHandle ERROR = call("dlerror", FunctionDescriptor.of(ValueLayout.ADDRESS));
    private static final MethodHandle SYMBOL = call("dlsym",
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    private static final MethodHandle INFO = call("dlinfo", FunctionDescriptor.of(ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS, ValueLayout.JAVA_INT, ValueLayout.ADDRESS));

    private DynamicLinker() {}

    private static MethodHandle call(String name, FunctionDescriptor descriptor) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor);
    }

    /**
     * An attempt to open a library.
     *
     * @param handle  null where it failed
     * @param problem the linker's message; empty where it did not fail
     */
    record Opened(MemorySegment handle, String problem) {}

    /** @param name a path, or a name that the linker searches for */
    static Opened open(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment handle = (MemorySegment) OPEN.invokeExact(arena.allocateFrom(name), LAZY);
            if (handle.address() != 0) {
                return new Opened(handle, "");
            }
            MemorySegment message = (MemorySegment) ERROR.invokeExact();
            return new Opened(handle, message.address() == 0 ? name + " cannot be loaded" : text(message));
        } catch (Throwable e) {
            throw doesNotThrow(e);
        }
    }

    /** The file that a library came from. */
    static String file(MemorySegment handle) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment map = arena.allocate(ValueLayout.ADDRESS);
            int status = (int) INFO.invokeExact(handle, LINK_MAP, map);
            if (status != 0) {
                throw new IllegalStateException("the dynamic linker does not know a library that it opened");
            }
            MemorySegment words = map.get(ValueLayout.ADDRESS, 0).reinterpret(2 * ValueLayout.ADDRESS.byteSize());
            return text(words.getAtIndex(ValueLayout.ADDRESS, 1));
        } catch (IllegalStateException e) {
            throw e;
        } catch (Throwable e) {
            throw doesNotThrow(e);
        }
    }

    /** A function of a library, or of one that it was linked with; empty where there is none of the name. */
    static Optional<MethodHandle> function(MemorySegment handle, String name, FunctionDescriptor descriptor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment function = (MemorySegment) SYMBOL.invokeExact(handle, arena.allocateFrom(name));
            return function.address() == 0 ? Optional.empty()
                    : Optional.of(LINKER.downcallHandle(function, descriptor));
        } catch (Throwable e) {
            throw doesNotThrow(e);
        }
    }

    private static String text(MemorySegment pointer) {
        return pointer.reinterpret(LONGEST_TEXT).getString(0);
    }

    private static AssertionError doesNotThrow(Throwable e) {
        return new AssertionError("calls of the dynamic linker do not throw", e);
    }
}
