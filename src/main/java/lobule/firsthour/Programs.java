package lobule.firsthour;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** Programs of this machine. */
final class Programs {
    private Programs() {}

    /** All of this name on PATH, in order. */
    static Stream<Path> named(String name, Map<String, String> environment) {
        return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator)).filter(part -> !part.isEmpty())
                .map(part -> Path.of(part).toAbsolutePath().resolve(name)).filter(Files::isExecutable)
                .filter(Files::isRegularFile);
    }
}
