package lobule.device.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Files of native libraries, looked at to find those that belong to them. What cannot be looked at is not there. */
public final class LibraryFiles {
    private static final String PACKAGES = "nvidia";
    private static final String LIBRARIES = "lib";

    private LibraryFiles() {}

    /** Empty where the name has no folder. */
    public static Optional<String> folder(String file) {
        return Optional.ofNullable(Path.of(file).getParent()).map(Path::toString);
    }

    /** The file that links lead to. */
    public static String real(String file) {
        try {
            return Path.of(file).toRealPath().toString();
        } catch (IOException e) {
            return file;
        }
    }

    /** Names of what is in a folder. */
    public static List<String> names(String folder) {
        return list(Path.of(folder)).map(file -> file.getFileName().toString()).sorted().toList();
    }

    /** Of a folder of one Python package of NVIDIA's, {@code nvidia/cudnn/lib}, those of the others. */
    public static List<String> packagesBeside(String folder) {
        Path path = Path.of(folder);
        Path parent = path.endsWith(LIBRARIES) ? path.getParent() : null;
        Path packages = parent == null ? null : parent.getParent();
        return packages == null || !packages.endsWith(PACKAGES) ? List.of()
                : list(packages).map(each -> each.resolve(LIBRARIES)).filter(Files::isDirectory).sorted()
                        .map(Path::toString).toList();
    }

    /** Whether a file of at most so many bytes has a text in it. */
    public static boolean contains(String file, String text, long mostBytes) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return Files.size(Path.of(file)) <= mostBytes
                    && new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    private static Stream<Path> list(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList().stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}
