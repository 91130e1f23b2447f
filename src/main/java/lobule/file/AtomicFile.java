package lobule.file;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Writes a file whole or not at all: into a temporary one beside the target, {@code NAME.PID.partial}, which takes its
 * place once it is on disk. What a process left that was killed meanwhile the next writer of the same file removes.
 */
public final class AtomicFile {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final String ENDING = ".partial";

    private AtomicFile() {}

    /** What is to be in the file; must not close the stream. */
    @FunctionalInterface
    public interface Content {
        void writeTo(OutputStream out) throws IOException;
    }

    /** The same, for content that writes buffers; must not close the channel. */
    @FunctionalInterface
    public interface ChannelContent {
        void writeTo(FileChannel out) throws IOException;
    }

    /**
     * Writes the content; whatever was at the target before stays until the new file is complete.
     *
     * @throws InputException where the place cannot be written to
     */
    public static void write(Path target, Content content) {
        writeChannel(target, channel -> {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
            content.writeTo(out);
            out.flush();
        });
    }

    /** The same through a channel. */
    public static void writeChannel(Path target, ChannelContent content) {
        Path partial = null;
        try {
            Path folder = target.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            removeAbandoned(folder, target.getFileName().toString());
            partial = folder.resolve(target.getFileName() + "." + ProcessHandle.current().pid() + ENDING);
            try (FileChannel channel = FileChannel.open(partial, StandardOpenOption.WRITE, StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            partial = null;
            force(folder);
        } catch (IOException e) {
            throw new InputException(target + ": cannot be written (" + e + "); choose a place with write permission"
                    + " and room.", e);
        } finally {
            discard(partial);
        }
    }

    /** The new name, too, is to outlast a loss of power. */
    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Not every file system can; the file itself is on disk.
        }
    }

    private static void removeAbandoned(Path folder, String name) throws IOException {
        try (DirectoryStream<Path> partials = Files.newDirectoryStream(folder, entry -> isPartial(name, entry))) {
            for (Path partial : partials) {
                if (ProcessHandle.of(process(partial)).isEmpty()) {
                    Files.deleteIfExists(partial);
                }
            }
        }
    }

    /** Removes what killed writers left, of all files of a folder that nobody else writes to. */
    static void removeAllPartials(Path folder) throws IOException {
        try (DirectoryStream<Path> partials = Files.newDirectoryStream(folder, entry -> isPartial("", entry))) {
            for (Path partial : partials) {
                Files.deleteIfExists(partial);
            }
        }
    }

    private static boolean isPartial(String name, Path entry) {
        String rest = entry.getFileName().toString();
        return rest.startsWith(name) && rest.substring(name.length()).matches(
                (name.isEmpty() ? ".+" : "") + "\\.\\d{1,18}\\" + ENDING);
    }

    private static long process(Path partial) {
        String name = partial.getFileName().toString();
        String stem = name.substring(0, name.length() - ENDING.length());
        return Long.parseLong(stem.substring(stem.lastIndexOf('.') + 1));
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
