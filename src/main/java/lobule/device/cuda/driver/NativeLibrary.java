package lobule.device.cuda.driver;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * A shared library, brought into the process before others ask for it by the same name: the dynamic linker then takes
 * the one that is there, wherever it came from, without an environment variable.
 *
 * @param name    {@code libcudnn.so.9}
 * @param path    the file that was loaded; just the name where none was
 * @param problem why it could not be loaded, one reason a place; empty where it is there
 * @param handle  the dynamic linker's; null where it is not there
 */
public record NativeLibrary(String name, String path, String problem, MemorySegment handle) {
    public static final String DRIVER = "libcuda.so.1";
    public static final String CUDNN = "libcudnn.so.9";
    public static final String CUBLAS_12 = "libcublas.so.12";
    public static final String CUBLAS_13 = "libcublas.so.13";

    public boolean loaded() {
        return problem.isEmpty();
    }

    /** Tries the folders in order, then the system's own search (LD_LIBRARY_PATH, the linker's cache). */
    static NativeLibrary load(String name, SearchPath folders) {
        StringBuilder problems = new StringBuilder();
        for (String folder : folders.folders()) {
            DynamicLinker.Opened opened = DynamicLinker.open(folder + "/" + name);
            if (opened.problem().isEmpty()) {
                return loaded(name, opened.handle());
            }
            problems.append(opened.problem()).append("; ");
        }
        DynamicLinker.Opened opened = DynamicLinker.open(name);
        // its own name, which begins the linker's message, has been said
        return opened.problem().isEmpty() ? loaded(name, opened.handle()) : new NativeLibrary(name, name,
                problems + opened.problem().replaceFirst("^" + name + ": ", ""), MemorySegment.NULL);
    }

    private static NativeLibrary loaded(String name, MemorySegment handle) {
        return new NativeLibrary(name, DynamicLinker.file(handle), "", handle);
    }

    /** A function of this library; empty where it has none of that name. */
    public Optional<MethodHandle> function(String function, FunctionDescriptor descriptor) {
        return DynamicLinker.function(handle, function, descriptor);
    }
}
