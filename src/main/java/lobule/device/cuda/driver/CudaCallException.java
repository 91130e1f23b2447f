package lobule.device.cuda.driver;

/** A call into the CUDA driver, cuDNN or cuBLAS failed; the message names the call, its values and what can be done. */
public final class CudaCallException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CudaCallException(String message) {
        super(message);
    }
}
