package lobule.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps a second process from writing to a folder. The operating system holds the lock and frees it when the process
 * ends, however that happens; the file is for the lock to be on, says whose it is, and stays.
 */
public final class FolderLock implements AutoCloseable {
    /** Of the lock's file. */
    public static final String NAME = "run.lock";

    /** Those of this process: to open a locked file a second time and close it would free its lock. */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;
    private final Optional<String> warning;

    private FolderLock(Path folder, FileChannel channel, Optional<String> warning) {
        this.folder = folder;
        this.channel = channel;
        this.warning = warning;
    }

    /**
     * Takes the lock, and removes what a killed process left half-written in the folder.
     *
     * @throws InputException naming the process that has it
     */
    @SuppressWarnings("MustBeClosedChecker")
    public static FolderLock take(Path folder) {
        Path real = real(folder);
        if (!HELD.add(real)) {
            throw held(folder, "process " + ProcessHandle.current().pid() + ", this one,");
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            channel = FileChannel.open(folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
            Optional<String> warning = lock(folder, channel);
            channel.truncate(0).write(ByteBuffer.wrap((ProcessHandle.current().pid() + "\n")
                    .getBytes(StandardCharsets.UTF_8)), 0);
            AtomicFile.removeAllPartials(folder);
            taken = true;
            return new FolderLock(real, channel, warning);
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be written (" + e + ").", e);
        } finally {
            if (!taken) {
                close(channel);
                HELD.remove(real);
            }
        }
    }

    private static Path real(Path folder) {
        try {
            return folder.toRealPath();
        } catch (IOException e) {
            throw new InputException(folder + ": cannot be read (" + e + ").", e);
        }
    }

    /** A warning where the file system has no locks. */
    private static Optional<String> lock(Path folder, FileChannel channel) {
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw held(folder, holder(folder));
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(folder + ": its file system has no locks (" + e.getMessage() + "): nothing keeps a"
                    + " second run out of the folder");
        }
    }

    /** Whoever has the lock of a folder that this process has not. */
    private static String holder(Path folder) {
        try {
            String process = Files.readString(folder.resolve(NAME)).strip();
            return process.matches("\\d{1,18}") ? "process " + process : "another process";
        } catch (IOException e) {
            return "another process";
        }
    }

    private static InputException held(Path folder, String holder) {
        return new InputException(folder + ": " + holder + " is at work in it; wait for its end or stop it, or take"
                + " another folder.");
    }

    /** What there is to say about a lock that protects nothing. */
    public Optional<String> warning() {
        return warning;
    }

    @Override
    public void close() {
        close(channel);
        HELD.remove(folder);
    }

    private static void close(FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            // The lock goes with the process.
        }
    }
}
