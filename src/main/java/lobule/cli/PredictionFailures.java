package lobule.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import lobule.file.InputException;

/** The CTs of a command that could not be segmented, while the others were. */
final class PredictionFailures {
    private final List<InputException> failures = new ArrayList<>();

    void add(InputException failure) {
        failures.add(failure);
    }

    /**
     * Ends a command that did all it could.
     *
     * @throws InputException where anything failed, with every reason
     */
    void requireNone(int cts) {
        if (failures.size() == 1 && cts == 1) {
            throw failures.getFirst();
        } else if (!failures.isEmpty()) {
            throw new InputException(failures.size() + " of " + cts + " CTs were not segmented: " + failures.stream()
                    .map(failure -> failure.getMessage().replaceAll("\\.$", "")).collect(Collectors.joining("; "))
                    + ".", failures.getFirst());
        }
    }
}
