package lobule.firsthour;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where Python packages lie on a machine, found by looking, without Python.
 *
 * @param folders {@code site-packages} and {@code dist-packages}, those of the environment and of {@code PATH} first
 */
record PythonPackages(List<Path> folders) {
    private static final List<String> SYSTEM = List.of("/usr/local", "/usr");

    static PythonPackages find(Map<String, String> environment) {
        Set<Path> prefixes = new LinkedHashSet<>();
        for (String variable : List.of("VIRTUAL_ENV", "CONDA_PREFIX")) {
            if (environment.containsKey(variable)) {
                prefixes.add(Path.of(environment.get(variable)));
            }
        }
        Programs.named("python3", environment).forEach(python -> {
            prefixes.add(python.getParent().getParent());
            prefixes.add(real(python).getParent().getParent());
        });
        Path home = Path.of(environment.getOrDefault("HOME", "/root"));
        prefixes.add(home.resolve(".local"));
        SYSTEM.forEach(prefix -> prefixes.add(Path.of(prefix)));
        prefixes.addAll(matching(Path.of("/opt"), "*"));
        prefixes.addAll(matching(home.resolve(".pyenv/versions"), "*"));
        return new PythonPackages(prefixes.stream().flatMap(PythonPackages::below).distinct().toList());
    }

    private static Stream<Path> below(Path prefix) {
        return matching(prefix.resolve("lib"), "python3*").stream()
                .flatMap(library -> Stream.of("site-packages", "dist-packages").map(library::resolve))
                .filter(Files::isDirectory).map(PythonPackages::real);
    }

    /** What matches a path whose parts may hold asterisks, in all folders, in order. */
    List<Path> glob(String... parts) {
        List<Path> found = folders;
        for (String part : parts) {
            found = found.stream().flatMap(folder -> matching(folder, part).stream()).toList();
        }
        return found;
    }

    /** Entries of a folder in the order of their names; none where it cannot be read. */
    static List<Path> matching(Path folder, String pattern) {
        if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
            return List.of();
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, pattern)) {
            List<Path> sorted = new ArrayList<>();
            entries.forEach(sorted::add);
            return sorted.stream().sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be listed", e);
        }
    }

    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath();
        }
    }
}
