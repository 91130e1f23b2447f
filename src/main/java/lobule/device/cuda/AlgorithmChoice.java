package lobule.device.cuda;

/**
 * The way one convolution is computed.
 *
 * @param library        {@code cudnn} or {@code cublas}
 * @param algorithm      cuDNN's number of the algorithm; 0 for cuBLAS, which picks its own
 * @param mathType       cuDNN's number of the math type
 * @param workspaceBytes scratch memory that it needs
 */
public record AlgorithmChoice(String library, int algorithm, int mathType, long workspaceBytes) {
    static final String CUDNN = "cudnn";
    static final String CUBLAS = "cublas";

    /** A product by cuBLAS. */
    static AlgorithmChoice cublas(long workspaceBytes) {
        return new AlgorithmChoice(CUBLAS, 0, 0, workspaceBytes);
    }
}
