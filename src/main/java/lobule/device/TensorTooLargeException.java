package lobule.device;

/** A tensor has more elements than a device's libraries can count, whatever memory there is; names both and the way out. */
public final class TensorTooLargeException extends IllegalArgumentException {
    public TensorTooLargeException(String message) {
        super(message);
    }
}
