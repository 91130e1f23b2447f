package lobule.device.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.List;

/**
 * Brings a shared library into the process before JCuda asks for it by the same name: the dynamic linker then takes the
 * one that is there, wherever it came from, without an environment variable.
 *
 * @param name    {@code libcudnn.so.9}
 * @param path    where it was found: one of the folders, or just the name where the system's own search found it
 * @param problem why it could not be loaded, one reason a place; empty where it is there
 */
public record NativeLibrary(String name, String path, String problem) {
    public static final String DRIVER = "libcuda.so.1";
    public static final String CUDNN = "libcudnn.so.9";
    static final String CUBLAS = "libcublas.so.12";
    /** RTLD_LAZY. */
    private static final int LAZY = 1;
    private static final long LONGEST_MESSAGE = 1 << 16;

    public boolean loaded() {
        return problem.isEmpty();
    }

    /** Tries the folders in order, then the system's own search (LD_LIBRARY_PATH, the linker's cache). */
    static NativeLibrary load(String name, List<String> folders) {
        StringBuilder problems = new StringBuilder();
        for (String folder : folders) {
            String path = folder + "/" + name;
            String problem = open(path);
            if (problem.isEmpty()) {
                return new NativeLibrary(name, path, "");
            }
            problems.append(problem).append("; ");
        }
        String problem = open(name);
        // its own name, which begins the linker's message, has been said
        return new NativeLibrary(name, name,
                problem.isEmpty() ? "" : problems + problem.replaceFirst("^" + name + ": ", ""));
    }

    /** Empty, or the dynamic linker's message. */
    static String open(String path) {
        Linker linker = Linker.nativeLinker();
        MethodHandle dlopen = linker.downcallHandle(linker.defaultLookup().findOrThrow("dlopen"),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        MethodHandle dlerror = linker.downcallHandle(linker.defaultLookup().findOrThrow("dlerror"),
                FunctionDescriptor.of(ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment library = (MemorySegment) dlopen.invokeExact(arena.allocateFrom(path), LAZY);
            if (library.address() != 0) {
                return "";
            }
            MemorySegment message = (MemorySegment) dlerror.invokeExact();
            return message.address() == 0 ? path + " cannot be loaded"
                    : message.reinterpret(LONGEST_MESSAGE).getString(0);
        } catch (Throwable e) {
            throw new AssertionError("dlopen and dlerror do not throw", e);
        }
    }
}
