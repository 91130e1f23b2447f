package lobule.device.cuda.library;

import jcuda.Pointer;
import jcuda.jcublas.JCublas2;
import jcuda.jcublas.cublasHandle;
import jcuda.runtime.cudaStream_t;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.DeviceStream;

/** Through JCublas, whose natives want {@code libcublas.so.12}. */
final class JcublasCalls implements CublasCalls {
    private static final Pointer ONE = Pointer.to(new float[] {1});
    private static final Pointer ZERO = Pointer.to(new float[] {0});

    private final cublasHandle handle = new cublasHandle();

    @Override
    public int create() {
        return JCublas2.cublasCreate(handle);
    }

    @Override
    public int destroy() {
        return JCublas2.cublasDestroy(handle);
    }

    @Override
    public int setStream(DeviceStream stream) {
        return JCublas2.cublasSetStream(handle, new cudaStream_t(stream));
    }

    @Override
    public int setMathMode(int mode) {
        return JCublas2.cublasSetMathMode(handle, mode);
    }

    @Override
    public int setWorkspace(DevicePointer workspace, long bytes) {
        return JCublas2.cublasSetWorkspace(handle, workspace, bytes);
    }

    @Override
    public int multiply(int transposeA, int transposeB, int m, int n, int k, DevicePointer a, int lda, DevicePointer b,
                        int ldb, boolean add, DevicePointer c, int ldc) {
        return JCublas2.cublasSgemm(handle, transposeA, transposeB, m, n, k, ONE, a, lda, b, ldb, add ? ONE : ZERO, c,
                ldc);
    }

    @Override
    public int version(int part) {
        int[] value = new int[1];
        Cublas.check(JCublas2.cublasGetProperty(part, value), "cublasGetProperty", "part " + part + " of its version");
        return value[0];
    }
}
