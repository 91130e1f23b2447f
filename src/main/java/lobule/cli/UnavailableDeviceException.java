package lobule.cli;

/** The device asked for does not exist or cannot be used here. */
final class UnavailableDeviceException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnavailableDeviceException(String message, Throwable cause) {
        super(message, cause);
    }
}
