package lobule.device.cuda.library;

import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasStatus;
import lobule.device.Buffer;
import lobule.device.cuda.driver.CudaCallException;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.driver.NativeLibrary;
import lobule.device.cuda.options.MathMode;

/** cuBLAS on the compute stream. The library must have been loaded. */
public final class Cublas implements AutoCloseable {
    private static final long MEBIBYTE = 1L << 20;

    private final CublasCalls calls;
    private final String version;
    private final long recommendedBytes;

    public Cublas(NativeLibrary library, CudaContext context, MathMode math) {
        calls = calls(library);
        version = version(calls);
        recommendedBytes = recommended(context.capability());
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
        return version(calls(library));
    }

    private static String version(CublasCalls calls) {
        return calls.version(0) + "." + calls.version(1) + "." + calls.version(2)
                + (calls instanceof ForeignCublasCalls ? " without JCublas" : "");
    }

    public String version() {
        return version;
    }

    /** As the documentation of cublasSetWorkspace recommends for the GPU. */
    private static long recommended(int capability) {
        return capability >= 120 ? 12 * MEBIBYTE : capability >= 90 ? 32 * MEBIBYTE : 4 * MEBIBYTE;
    }

    /**
     * Scratch bytes to give to a product, so that cuBLAS takes none of its own: what is recommended, but at most a
     * quarter of the limit on what a convolution may have.
     */
    public long workspaceBytes(long limit) {
        return Math.min(recommendedBytes, limit / 4 / Buffer.ALIGNMENT * Buffer.ALIGNMENT);
    }

    CublasCalls calls() {
        return calls;
    }

    static void check(int status, String call, Object subject) {
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw new CudaCallException("device cuda: " + call + " failed with " + cublasStatus.stringFor(status)
                    + " for " + subject, status == cublasStatus.CUBLAS_STATUS_ALLOC_FAILED);
        }
    }

    @Override
    public void close() {
        check(calls.destroy(), "cublasDestroy", "its handle");
    }
}
