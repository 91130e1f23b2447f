package lobule.device.cuda.library;

import static jcuda.jcublas.JCublas2.cublasCreate;
import static jcuda.jcublas.JCublas2.cublasDestroy;
import static jcuda.jcublas.JCublas2.cublasGetVersion;
import static jcuda.jcublas.JCublas2.cublasSetMathMode;
import static jcuda.jcublas.JCublas2.cublasSetStream;

import jcuda.jcublas.cublasHandle;
import jcuda.jcublas.cublasMath;
import jcuda.jcublas.cublasStatus;
import jcuda.runtime.cudaStream_t;
import lobule.device.cuda.driver.CudaCallException;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.options.MathMode;

/** cuBLAS on the compute stream. The library must have been loaded. */
public final class Cublas implements AutoCloseable {
    private final cublasHandle handle = new cublasHandle();

    public Cublas(CudaContext context, MathMode math) {
        check(cublasCreate(handle), "cublasCreate", context.name());
        try {
            check(cublasSetStream(handle, new cudaStream_t(context.compute())), "cublasSetStream", context.name());
            check(cublasSetMathMode(handle, math == MathMode.TF32 ? cublasMath.CUBLAS_TF32_TENSOR_OP_MATH
                    : cublasMath.CUBLAS_DEFAULT_MATH), "cublasSetMathMode", math);
        } catch (RuntimeException e) {
            cublasDestroy(handle);
            throw e;
        }
    }

    public String version() {
        int[] version = new int[1];
        check(cublasGetVersion(handle, version), "cublasGetVersion", "its handle");
        return version[0] / 10000 + "." + version[0] / 100 % 100 + "." + version[0] % 100;
    }

    cublasHandle handle() {
        return handle;
    }

    static void check(int status, String call, Object subject) {
        if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
            throw new CudaCallException("device cuda: " + call + " failed with " + cublasStatus.stringFor(status)
                    + " for " + subject);
        }
    }

    @Override
    public void close() {
        check(cublasDestroy(handle), "cublasDestroy", "its handle");
    }
}
