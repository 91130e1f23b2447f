package lobule.file;

/** Something the user gave cannot be used. The message is one sentence that says what, where and what was expected. */
public final class InputException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public InputException(String message) {
        super(message);
    }

    public InputException(String message, Throwable cause) {
        super(message, cause);
    }
}
