package lobule.device.cuda.library;

import static jcuda.jcudnn.JCudnn.cudnnCreate;
import static jcuda.jcudnn.JCudnn.cudnnDestroy;
import static jcuda.jcudnn.JCudnn.cudnnGetErrorString;
import static jcuda.jcudnn.JCudnn.cudnnGetVersion;
import static jcuda.jcudnn.JCudnn.cudnnSetStream;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import jcuda.Pointer;
import jcuda.jcudnn.cudnnHandle;
import jcuda.runtime.cudaStream_t;
import lobule.device.cuda.driver.CudaCallException;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.NativeLibrary;

/** cuDNN on the compute stream. The library must have been loaded. */
public final class Cudnn implements AutoCloseable {
    private static final int SUCCESS = 0;
    /** Of cuDNN 9, whose numbers are not those of cuDNN 8. */
    private static final int NOT_SUPPORTED = 3000;
    private static final int NEXT_CATEGORY = 4000;
    private static final int SUBLIBRARY_VERSION_MISMATCH = 1002;
    private static final int SUBLIBRARY_LOADING_FAILED = 1008;
    private static final int NO_DEVICE_MEMORY = 4004;
    /** Factors alpha and beta of cuDNN's calls. */
    public static final Pointer ONE = Pointer.to(new float[] {1});
    public static final Pointer ZERO = Pointer.to(new float[] {0});

    private final CudnnObject.Handle handle = new CudnnObject.Handle();
    private final SymbolLookup functions = SymbolLookup.libraryLookup(NativeLibrary.CUDNN, Arena.global());

    public Cudnn(CudaContext context) {
        check(cudnnCreate(handle), "cudnnCreate", context.name());
        try {
            check(cudnnSetStream(handle, new cudaStream_t(context.compute())), "cudnnSetStream", "the compute stream");
        } catch (RuntimeException e) {
            cudnnDestroy(handle);
            throw e;
        }
    }

    public cudnnHandle handle() {
        return handle;
    }

    /** Of the handle. */
    public long address() {
        return handle.address();
    }

    /** A function that JCuda lacks, or that it does not pass all on of. */
    public MethodHandle function(String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(functions.findOrThrow(name), type);
    }

    /** 91002 for 9.10.2. */
    public static long versionNumber() {
        return cudnnGetVersion();
    }

    /** 9.10.2 for 91002. */
    public static String version() {
        long version = versionNumber();
        return version / 10000 + "." + version / 100 % 100 + "." + version % 100;
    }

    /** Throws where a call failed, naming it and what it was called for. */
    public static void check(int status, String call, Object subject) {
        if (status != SUCCESS) {
            throw new CudaCallException("device cuda: " + call + " failed with status " + status + " ("
                    + cudnnGetErrorString(status) + ") for " + subject + hint(status), status == NO_DEVICE_MEMORY);
        }
    }

    private static String hint(int status) {
        if (status == SUBLIBRARY_VERSION_MISMATCH || status == SUBLIBRARY_LOADING_FAILED) {
            return "; all files libcudnn*.so.9 must be of one release, in one folder";
        }
        return status >= NOT_SUPPORTED && status < NEXT_CATEGORY
                ? "; this cuDNN does not do it on this GPU: try another cuDNN 9 (GPUs before compute capability 7.5 "
                        + "need one up to 9.10)"
                : "";
    }

    @Override
    public void close() {
        check(cudnnDestroy(handle), "cudnnDestroy", "its handle");
    }
}
