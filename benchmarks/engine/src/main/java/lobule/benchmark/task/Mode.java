package lobule.benchmark.task;

import java.util.Locale;

/** What is run over and over. */
public enum Mode {
    /** Forward with batch statistics, backward, and one Adam step. */
    TRAINING,
    /** Forward with running statistics, to the logits. */
    FORWARD;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
