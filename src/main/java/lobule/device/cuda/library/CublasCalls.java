package lobule.device.cuda.library;

import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.driver.DeviceStream;

/** The calls of cuBLAS that products need, on one handle; each gives cuBLAS's status but {@link #version}. */
sealed interface CublasCalls permits JcublasCalls, ForeignCublasCalls {

    int create();

    int destroy();

    int setStream(DeviceStream stream);

    /** One of {@link jcuda.jcublas.cublasMath}. */
    int setMathMode(int mode);

    /** Scratch memory for the products that follow; {@link #setStream} takes it back. */
    int setWorkspace(DevicePointer workspace, long bytes);

    /** Column-major C (m, n) = op(A) op(B), or added to C. */
    int multiply(int transposeA, int transposeB, int m, int n, int k, DevicePointer a, int lda, DevicePointer b,
                 int ldb, boolean add, DevicePointer c, int ldc);

    /** Part 0 (major), 1 (minor) or 2 (patch level) of the library's version, which needs no handle. */
    int version(int part);
}
