package lobule.benchmark.jmh;

/** A benchmark's result was wrong, or it did not run to its end. */
public final class CheckException extends RuntimeException {
    public CheckException(String message, Throwable cause) {
        super(message, cause);
    }
}
