package lobule.firsthour;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What became of a step. */
enum Outcome {
    /** Not reached yet, or cut off from outside. */
    PENDING,
    PASSED,
    FAILED,
    /** Killed at the end of its time. */
    TIMED_OUT,
    /** Not run: the message says why. */
    SKIPPED;

    /** In the results: {@code timed out}. */
    @JsonValue
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    boolean isFailure() {
        return this == FAILED || this == TIMED_OUT;
    }
}
