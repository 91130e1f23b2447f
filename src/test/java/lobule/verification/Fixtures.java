package lobule.verification;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Recorded training steps: those in 2D and a small one in 3D are in this repository, others in the shared material. */
public final class Fixtures {
    private static final Path COMMITTED = Path.of("src/test/resources/fixtures");
    private static final Path SHARED = Path.of(System.getProperty("lobule.shared", "../shared"), "fixtures");

    private Fixtures() {}

    public static List<Path> in2D() {
        return files(COMMITTED, "unet2d").toList();
    }

    /** Without the shared material the smallest only. */
    public static List<Path> in3D() {
        return Stream.concat(files(COMMITTED, "unet3d"), files(SHARED, "unet3d")
                .filter(file -> !Files.exists(COMMITTED.resolve(file.getFileName())))).toList();
    }

    /** The smallest. */
    public static Path smallest() {
        return COMMITTED.resolve("unet2d-dice-squared.safetensors");
    }

    private static Stream<Path> files(Path folder, String prefix) {
        if (!Files.isDirectory(folder)) {
            return Stream.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(prefix + ".*\\.safetensors"))
                    .sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
