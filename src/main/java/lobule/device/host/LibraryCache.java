package lobule.device.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import lobule.device.DeviceUnavailableException;

/**
 * Where native libraries are unpacked once for all runs of a user; where others could put theirs there, or there is no
 * such place (a home that cannot be written to), a private folder for this process alone.
 */
public final class LibraryCache implements AutoCloseable {
    private final String path;
    /** Null where the cache serves. */
    private final PrivateFolder instead;

    private LibraryCache(String path, PrivateFolder instead) {
        this.path = path;
        this.instead = instead;
    }

    /**
     * Opens the cache at a folder, which is made with its parents where it is not there.
     *
     * @throws DeviceUnavailableException where it cannot serve and there is no place for a private folder either
     */
    public static LibraryCache open(String folder) {
        if (serves(folder)) {
            return new LibraryCache(folder, null);
        }
        PrivateFolder instead = PrivateFolder.create();
        Runtime.getRuntime().addShutdownHook(new Thread(instead::close, "library cache"));
        return new LibraryCache(instead.path(), instead);
    }

    private static boolean serves(String folder) {
        try {
            Path path = Path.of(folder);
            Files.createDirectories(path,
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            return Files.isReadable(path) && Files.isWritable(path) && Files.isExecutable(path)
                    && FolderTrust.isOursAlone(path);
        } catch (IOException | InvalidPathException e) {
            return false;
        }
    }

    public String path() {
        return path;
    }

    /** To be called when the libraries are loaded. A private folder stays, empty, until exit: its name is known. */
    @Override
    public void close() {
        if (instead != null) {
            instead.empty();
        }
    }
}
