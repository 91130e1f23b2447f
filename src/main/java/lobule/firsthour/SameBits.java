package lobule.firsthour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import lobule.file.InputException;

/** Two files that must be the same to the last bit. */
record SameBits(Path first, Path second) implements Figures {

    @Override
    public Map<String, ?> read() {
        try {
            long mismatch = Files.mismatch(first, second);
            if (mismatch >= 0) {
                throw new InputException(first + " and " + second + " differ from byte " + mismatch + " on, expected"
                        + " the same bits.");
            }
            return Map.of("equal_bytes", Files.size(first));
        } catch (IOException e) {
            throw new InputException(first + " and " + second + ": cannot be compared (" + e + ").", e);
        }
    }
}
