package lobule.device.cuda.library;

import jcuda.jcublas.cublasOperation;
import lobule.device.cuda.driver.DevicePointer;

/**
 * Row-major C (rows, columns) = A B with inner sums of given length. cuBLAS works column-major, so it is given the
 * transposed product C' = B' A', which is the same memory.
 */
public final class MatrixProduct {
    private final Cublas library;
    private final Scratch scratch;
    private final Matrix a;
    private final Matrix b;
    private final Matrix c;
    private final int rows;
    private final int columns;
    private final int inner;

    /**
     * @param scratch for cuBLAS
     * @param a (rows, inner), or (inner, rows) where it is transposed
     * @param b (inner, columns), or (columns, inner) where it is transposed
     * @param c (rows, columns)
     */
    public MatrixProduct(Cublas library, Scratch scratch, Matrix a, Matrix b, Matrix c, long rows, long columns,
                         long inner) {
        this.library = library;
        this.scratch = scratch;
        this.a = a;
        this.b = b;
        this.c = c;
        this.rows = Math.toIntExact(rows);
        this.columns = Math.toIntExact(columns);
        this.inner = Math.toIntExact(inner);
    }

    /** Memory that holds nothing before and after a product; {@link Cublas#workspaceBytes} says how much. */
    public record Scratch(DevicePointer pointer, long bytes) {}

    /**
     * A row-major matrix in device memory.
     *
     * @param rowLength  elements from one row to the next
     * @param transposed whether the product takes its transpose
     */
    public record Matrix(DevicePointer pointer, int rowLength, boolean transposed) {
        public static Matrix of(DevicePointer pointer, long rowLength) {
            return new Matrix(pointer, Math.toIntExact(rowLength), false);
        }

        public static Matrix transposed(DevicePointer pointer, long rowLength) {
            return new Matrix(pointer, Math.toIntExact(rowLength), true);
        }

        private int operation() {
            return transposed ? cublasOperation.CUBLAS_OP_T : cublasOperation.CUBLAS_OP_N;
        }
    }

    /** Enqueues the product; {@code add} adds it to what is in C. */
    public void run(boolean add) {
        int status = scratch.bytes == 0 ? 0 : library.calls().setWorkspace(scratch.pointer, scratch.bytes);
        if (status != 0) {
            Cublas.check(status, "cublasSetWorkspace", scratch.bytes + " bytes");
        }
        status = library.calls().multiply(b.operation(), a.operation(), columns, rows, inner, b.pointer,
                b.rowLength, a.pointer, a.rowLength, add, c.pointer, c.rowLength);
        if (status != 0) {
            Cublas.check(status, "cublasSgemm", this);
        }
    }

    @Override
    public String toString() {
        return "a product (" + rows + "x" + inner + ") (" + inner + "x" + columns + ")";
    }
}
