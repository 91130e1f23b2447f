package lobule.device.cpu.onednn;

import static org.bytedeco.dnnl.global.dnnl.dnnl_cpu;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_engine_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_create;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_default_flags;
import static org.bytedeco.dnnl.global.dnnl.dnnl_stream_destroy;
import static org.bytedeco.dnnl.global.dnnl.dnnl_success;
import static org.bytedeco.dnnl.global.dnnl.dnnl_version;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;
import lobule.device.DeviceUnavailableException;
import lobule.device.host.HostJvm;
import org.bytedeco.dnnl.dnnl_engine;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.dnnl_version_t;

/**
 * The oneDNN library: its engine and its stream, on which primitives run at once on the calling thread's OpenMP team.
 */
public final class OneDnn implements AutoCloseable {
    private final dnnl_engine engine = new dnnl_engine();
    private final dnnl_stream stream = new dnnl_stream();
    private final MethodHandle setThreads;
    private final int threads;

    private OneDnn(int threads) {
        check(dnnl_engine_create(engine, dnnl_cpu, 0), "dnnl_engine_create", "cpu");
        check(dnnl_stream_create(stream, engine, dnnl_stream_default_flags), "dnnl_stream_create", "cpu");
        this.setThreads = setThreads(); // there only once oneDNN is loaded
        this.threads = threads;
    }

    /**
     * @param threads OpenMP threads of primitives that the calling thread runs
     * @throws DeviceUnavailableException where the library cannot be loaded, with the reason
     */
    public static OneDnn load(int threads) {
        try {
            Unpacking.load();
            OneDnn library = new OneDnn(threads);
            library.limitThreads(threads);
            return library;
        } catch (LinkageError e) {
            Throwable root = root(e);
            if (root instanceof IllegalCallerException denied) {
                throw HostJvm.deniedNativeAccess("cpu", denied); // to JavaCPP as a module of its own
            }
            throw new DeviceUnavailableException("device cpu: oneDNN could not be loaded on "
                    + System.getProperty("os.name") + " " + System.getProperty("os.arch") + " (" + root.getMessage()
                    + "); its jars, with natives for linux-x86_64 only, must be on the class path, and on a module "
                    + "path also be resolved (--add-modules ALL-MODULE-PATH); elsewhere use device reference", e);
        }
    }

    /** The innermost: its message is that of the library that is missing. */
    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /** Runs an action whose calls, and primitives made for them, keep to the calling thread. */
    public void alone(Runnable action) {
        limitThreads(1);
        try {
            action.run();
        } finally {
            limitThreads(threads);
        }
    }

    /** Limits the OpenMP threads of calls from the calling thread. */
    public void limitThreads(int limit) {
        try {
            setThreads.invokeExact(limit);
        } catch (Throwable e) {
            throw new IllegalStateException("omp_set_num_threads failed for " + limit + " threads", e);
        }
    }

    /** oneDNN takes its threads from OpenMP, whose library JavaCPP has loaded along with it. */
    private static MethodHandle setThreads() {
        try {
            return Linker.nativeLinker().downcallHandle(SymbolLookup.loaderLookup()
                    .findOrThrow("omp_set_num_threads"), FunctionDescriptor.ofVoid(ValueLayout.JAVA_INT));
        } catch (NoSuchElementException e) {
            throw new DeviceUnavailableException("device cpu: the OpenMP library that ships with oneDNN does not let "
                    + "the number of threads be set (" + e.getMessage() + "); use device reference", e);
        }
    }

    public dnnl_engine engine() {
        return engine;
    }

    dnnl_stream stream() {
        return stream;
    }

    public static String version() {
        dnnl_version_t version = dnnl_version();
        return version.major() + "." + version.minor() + "." + version.patch();
    }

    /** Throws where a call failed, naming it and what it was called for. */
    public static void check(int status, String call, Object subject) {
        if (status != dnnl_success) {
            throw new IllegalStateException(call + " failed with status " + status + " for " + subject);
        }
    }

    @Override
    public void close() {
        dnnl_stream_destroy(stream);
        dnnl_engine_destroy(engine);
    }
}
