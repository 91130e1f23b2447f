package lobule.device.cuda.library;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import lobule.device.DeviceUnavailableException;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.DeviceStream;
import lobule.device.cuda.driver.NativeLibrary;

/** Straight into a {@code libcublas} of any version, whose calls have stayed the same; addresses go as numbers. */
final class ForeignCublasCalls implements CublasCalls {
    private final String library;
    private final MethodHandle create;
    private final MethodHandle destroy;
    private final MethodHandle setStream;
    private final MethodHandle setMathMode;
    private final MethodHandle setWorkspace;
    private final MethodHandle multiply;
    private final MethodHandle property;
    /** The factors 1 and 0, and what calls answer into. */
    private final MemorySegment memory = Arena.ofAuto().allocate(4 * JAVA_LONG.byteSize(), JAVA_LONG.byteSize());
    private final long one = memory.address();
    private final long zero = one + Float.BYTES;
    private final MemorySegment answer = memory.asSlice(JAVA_LONG.byteSize(), JAVA_LONG.byteSize());
    private long handle;

    ForeignCublasCalls(NativeLibrary library) {
        this.library = library.path();
        create = function(library, "cublasCreate_v2", JAVA_LONG);
        destroy = function(library, "cublasDestroy_v2", JAVA_LONG);
        setStream = function(library, "cublasSetStream_v2", JAVA_LONG, JAVA_LONG);
        setMathMode = function(library, "cublasSetMathMode", JAVA_LONG, JAVA_INT);
        setWorkspace = function(library, "cublasSetWorkspace_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG);
        multiply = function(library, "cublasSgemm_v2", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT,
                JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);
        property = function(library, "cublasGetProperty", JAVA_INT, JAVA_LONG);
        memory.set(ValueLayout.JAVA_FLOAT, 0, 1);
    }

    private static MethodHandle function(NativeLibrary library, String name, MemoryLayout... arguments) {
        return library.function(name, FunctionDescriptor.of(JAVA_INT, arguments))
                .orElseThrow(() -> new DeviceUnavailableException("device cuda: " + library.path() + " has no function "
                        + name + ", so that it is no cuBLAS; install cuBLAS of CUDA 12 or 13", null));
    }

    @Override
    public int create() {
        try {
            int status = (int) create.invokeExact(answer.address());
            handle = answer.get(JAVA_LONG, 0);
            return status;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public int destroy() {
        try {
            return (int) destroy.invokeExact(handle);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public int setStream(DeviceStream stream) {
        try {
            return (int) setStream.invokeExact(handle, stream.address());
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public int setMathMode(int mode) {
        try {
            return (int) setMathMode.invokeExact(handle, mode);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public int setWorkspace(DevicePointer workspace, long bytes) {
        try {
            return (int) setWorkspace.invokeExact(handle, workspace.address(), bytes);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public int multiply(int transposeA, int transposeB, int m, int n, int k, DevicePointer a, int lda, DevicePointer b,
                        int ldb, boolean add, DevicePointer c, int ldc) {
        try {
            return (int) multiply.invokeExact(handle, transposeA, transposeB, m, n, k, one, a.address(), lda,
                    b.address(), ldb, add ? one : zero, c.address(), ldc);
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    @Override
    public int version(int part) {
        try {
            int status = (int) property.invokeExact(part, answer.address());
            Cublas.check(status, "cublasGetProperty", "part " + part + " of its version");
            return answer.get(JAVA_INT, 0);
        } catch (RuntimeException e) {
            throw e;
        } catch (Throwable e) {
            throw failed(e);
        }
    }

    private AssertionError failed(Throwable e) {
        return new AssertionError("functions of " + library + " do not throw", e);
    }
}
