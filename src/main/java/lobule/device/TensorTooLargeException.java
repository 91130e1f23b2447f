package lobule.device;

/** A tensor has more elements than a device's libraries can count, however much memory there is. */
public final class TensorTooLargeException extends IllegalArgumentException {
    public TensorTooLargeException(String message) {
        super(message);
    }
}
