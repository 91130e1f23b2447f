package lobule.device.cuda.options;

/**
 * The way one convolution is computed.
 *
 * @param library        {@code cudnn} or {@code cublas}
 * @param algorithm      cuDNN's number of the algorithm; 0 for cuBLAS, which picks its own
 * @param mathType       cuDNN's number of the math type
 * @param workspaceBytes scratch memory that it needs
 * @param deterministic  whether it gives the same bits again
 */
public record AlgorithmChoice(String library, int algorithm, int mathType, long workspaceBytes,
                              boolean deterministic) {
    public static final String CUDNN = "cudnn";
    static final String CUBLAS = "cublas";

    public AlgorithmChoice {
        if (!CUDNN.equals(library) && !CUBLAS.equals(library)) {
            throw new IllegalArgumentException("library is " + library + ", expected " + CUDNN + " or " + CUBLAS);
        }
        if (workspaceBytes < 0) {
            throw new IllegalArgumentException("workspace is " + workspaceBytes + " bytes, expected at least 0");
        }
    }

    /** A product by cuBLAS. */
    public static AlgorithmChoice cublas(long workspaceBytes) {
        return new AlgorithmChoice(CUBLAS, 0, 0, workspaceBytes, true);
    }

    public AlgorithmChoice withWorkspace(long bytes) {
        return new AlgorithmChoice(library, algorithm, mathType, bytes, deterministic);
    }

    public boolean byCublas() {
        return library.equals(CUBLAS);
    }

    /** As people name it. */
    public String label() {
        return byCublas() ? "cuBLAS" : "cuDNN algorithm " + algorithm;
    }
}
