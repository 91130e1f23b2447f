package lobule.verification;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The recorded training steps: the 2D ones are in this repository, the larger 3D ones in the shared material. */
public final class Fixtures {
    private static final Path COMMITTED = Path.of("src/test/resources/fixtures");
    private static final Path SHARED = Path.of(System.getProperty("lobule.shared", "../shared"), "fixtures");

    private Fixtures() {}

    public static List<Path> in2D() {
        return files(COMMITTED);
    }

    /** Empty where the shared material is absent. */
    public static List<Path> in3D() {
        return files(SHARED).stream().filter(file -> file.getFileName().toString().startsWith("unet3d")).toList();
    }

    /** The smallest. */
    public static Path smallest() {
        return COMMITTED.resolve("unet2d-dice-squared.safetensors");
    }

    private static List<Path> files(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
