package lobule.device.cuda.library;

import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasStatus;
import lobule.device.cuda.driver.CudaCallException;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.NativeLibrary;
import lobule.device.cuda.options.MathMode;

/** cuBLAS on the compute stream. The library must have been loaded. */
public final class Cublas implements AutoCloseable {
    private final CublasCalls calls;
    private final String version;

    public Cublas(NativeLibrary library, CudaContext context, MathMode math) {
        calls = calls(library);
        version = version(library);
        check(calls.create(), "cublasCreate", context.name());
        try {
            check(calls.setStream(context.compute()), "cublasSetStream", context.name());
            check(calls.setMathMode(math == MathMode.TF32 ? cublasMath.CUBLAS_TF32_TENSOR_OP_MATH
                    : cublasMath.CUBLAS_DEFAULT_MATH), "cublasSetMathMode", math);
        } catch (RuntimeException e) {
            calls.destroy();
            throw e;
        }
    }

    private static CublasCalls calls(NativeLibrary library) {
        return library.name().equals(NativeLibrary.CUBLAS_12) ? new JcublasCalls() : new ForeignCublasCalls(library);
    }

    /** Of a library that was loaded, as 12.6.1, and how it is called where that is not through JCublas; uses no GPU. */
    public static String version(NativeLibrary library) {
        CublasCalls calls = calls(library);
        return calls.version(0) + "." + calls.version(1) + "." + calls.version(2)
                + (calls instanceof ForeignCublasCalls ? " without JCublas" : "");
    }

    public String version() {
        return version;
    }

    CublasCalls calls() {
        return calls;
    }

    static void check(int status, String call, Object subject) {
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw new CudaCallException("device cuda: " + call + " failed with " + cublasStatus.stringFor(status)
                    + " for " + subject);
        }
    }

    @Override
    public void close() {
        check(calls.destroy(), "cublasDestroy", "its handle");
    }
}
