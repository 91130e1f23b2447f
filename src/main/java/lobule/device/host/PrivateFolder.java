package lobule.device.host;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import lobule.device.DeviceUnavailableException;

/**
 * A new folder that only this user can look into or write to, where native libraries are unpacked to be loaded: one
 * with a name that others know could hold a library of theirs. What Linux has loaded it keeps when the file is removed.
 */
public final class PrivateFolder implements AutoCloseable {
    private final Path folder;

    private PrivateFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Makes one below {@code java.io.tmpdir}, with a name that no other process has.
     *
     * @throws DeviceUnavailableException where that cannot be written to, or others could exchange what is below it
     */
    public static PrivateFolder create() {
        // as the JVM was started: the same that createTempDirectory takes
        String place = "java.io.tmpdir " + System.getProperty("java.io.tmpdir");
        try {
            PrivateFolder created = new PrivateFolder(Files.createTempDirectory("lobule-",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
            if (!FolderTrust.isOursAlone(created.folder)) {
                created.close();
                throw new DeviceUnavailableException("native libraries cannot be unpacked in " + place
                        + ": other users could exchange them there; " + remedy(), null);
            }
            return created;
        } catch (IOException | UnsupportedOperationException e) {
            throw new DeviceUnavailableException("native libraries cannot be unpacked in " + place + " (" + e + "); "
                    + remedy(), e);
        }
    }

    /** What to do where libraries cannot be unpacked to, or loaded from, the folder for temporary files. */
    public static String remedy() {
        return "name a folder with room, which only you can write to and programs may be loaded from, with the JVM's "
                + "option -Djava.io.tmpdir=FOLDER";
    }

    public String path() {
        return folder.toString();
    }

    /**
     * Copies a library of a jar into the folder.
     *
     * @return the file
     * @throws DeviceUnavailableException where there is no room
     */
    public String unpack(InputStream library, String name) {
        Path file = folder.resolve(name);
        try {
            Files.copy(library, file);
        } catch (IOException e) {
            throw new DeviceUnavailableException(file + " cannot be written (" + e + "); " + remedy(), e);
        }
        return file.toString();
    }

    /** Removes what is in it. */
    public void empty() {
        remove(below());
    }

    @Override
    public void close() {
        empty();
        remove(List.of(folder));
    }

    /** Folders behind what they hold. */
    private List<Path> below() {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(entry -> !entry.equals(folder)).toList().reversed();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static void remove(List<Path> entries) {
        for (Path entry : entries) {
            try {
                Files.deleteIfExists(entry);
            } catch (IOException e) {
                // It stays, private and of no further use; the libraries are loaded, or another failure tells more.
            }
        }
    }
}
