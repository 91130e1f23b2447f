package lobule.device;

/** A device cannot be used on this machine; the message says why and what to do. */
public final class DeviceUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DeviceUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
