package lobule.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Writes a file whole or not at all: into a temporary one beside the target, which then takes its place. */
public final class AtomicFile {
    private static final int BUFFER_BYTES = 1 << 16;

    private AtomicFile() {}

    /** What is to be in the file; must not close the stream. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * Writes the content; whatever was at the target before stays until the new file is complete.
     *
     * @throws InputException where the place cannot be written to
     */
    public static void write(Path target, Content content) {
        Path partial = null;
        try {
            Path folder = target.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            partial = folder.resolve(target.getFileName() + "." + ProcessHandle.current().pid() + ".partial");
            try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(partial), BUFFER_BYTES)) {
                content.writeTo(out);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            partial = null;
        } catch (IOException e) {
            throw new InputException(target + ": cannot be written (" + e + "); choose a place with write permission"
                    + " and room.", e);
        } finally {
            discard(partial);
        }
    }

    private static void discard(Path partial) {
        if (partial != null) {
            try {
                Files.deleteIfExists(partial);
            } catch (IOException e) {
                // The failure that led here is already on its way and says more than this one.
            }
        }
    }
}
