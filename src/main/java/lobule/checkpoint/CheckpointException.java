package lobule.checkpoint;

/** A file of tensors cannot be read or written. The message is one sentence: file, field, and what was expected. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
