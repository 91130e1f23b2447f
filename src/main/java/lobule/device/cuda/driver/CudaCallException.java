package lobule.device.cuda.driver;

/** A call into the CUDA driver, cuDNN or cuBLAS failed; the message names the call, its values and what can be done. */
public final class CudaCallException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final boolean outOfMemory;

    public CudaCallException(String message) {
        this(message, false);
    }

    /** @param outOfMemory whether the device had no memory for what the call needs itself */
    public CudaCallException(String message, boolean outOfMemory) {
        super(message);
        this.outOfMemory = outOfMemory;
    }

    public boolean outOfMemory() {
        return outOfMemory;
    }
}
