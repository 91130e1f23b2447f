package lobule;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** Real files that lie beside the repository and cannot be part of it; without them the tests that need them skip. */
public final class SharedFiles {
    private SharedFiles() {}

    public static Path require(String relative) {
        Path file = Path.of(System.getProperty("lobule.shared", "../shared")).resolve(relative);
        Assumptions.assumeTrue(Files.exists(file), file + " is not here; set -Dlobule.shared to its folder");
        return file;
    }
}
