package lobule.device.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderTrustTest {
    private static final int STRANGER = 12345;

    @TempDir
    private Path temporary;
    private Path above;
    private Path folder;
    private Path file;

    @BeforeEach
    void make() throws IOException {
        above = Files.createDirectory(temporary.resolve("above"));
        folder = Files.createDirectory(above.resolve("folder"));
        file = Files.createFile(folder.resolve("libdnnl.so.3"));
        mode(above, "rwxr-xr-x");
        mode(folder, "rwxr-xr-x");
        mode(file, "rw-r--r--");
    }

    @Test
    void onlyTheOwnerMayWrite() throws IOException {
        assertTrue(FolderTrust.isOursAlone(folder));
        mode(folder, "rwxrwxr-x");
        assertFalse(FolderTrust.isOursAlone(folder), "the group adds a library");
        mode(folder, "rwxr-xrwx");
        assertFalse(FolderTrust.isOursAlone(folder), "everybody adds one");
        assertFalse(FolderTrust.isOursAlone(above.resolve("missing")));
    }

    @Test
    void nobodyElseMayRenameAFolderAbove() throws IOException {
        mode(above, "rwxrwxrwx");
        assertFalse(FolderTrust.isOursAlone(folder));
        Files.setAttribute(above, "unix:mode", 01777);
        assertTrue(FolderTrust.isOursAlone(folder), "in a sticky folder only the owner may");
        assertFalse(FolderTrust.isOursAlone(above), "but everybody may add to it");
    }

    @Test
    void whatLiesThereIsLookedAt() throws IOException {
        mode(file, "rw-rw-rw-");
        assertFalse(FolderTrust.isOursAlone(folder));
        mode(folder, "rwx------");
        assertTrue(FolderTrust.isOursAlone(folder), "nobody else gets at it");
    }

    @Test
    void strangersOwnNothing() throws IOException {
        Assumptions.assumeTrue(Files.getAttribute(file, "unix:uid").equals(0), "only root gives files away");
        for (Path given : new Path[] {file, folder, above}) {
            Files.setAttribute(given, "unix:uid", STRANGER);
            assertFalse(FolderTrust.isOursAlone(folder), given.toString());
            Files.setAttribute(given, "unix:uid", 0);
        }
        assertTrue(FolderTrust.isOursAlone(folder));
    }

    @Test
    void aLinkIsWhereItLeads() throws IOException {
        Path link = Files.createSymbolicLink(above.resolve("link"), folder);
        assertTrue(FolderTrust.isOursAlone(link));
        mode(folder, "rwxrwxrwx");
        assertFalse(FolderTrust.isOursAlone(link));
    }

    @Test
    void aPrivateFolderIsNewAndLeavesNothing() throws IOException {
        Path made;
        try (PrivateFolder one = PrivateFolder.create(); PrivateFolder other = PrivateFolder.create()) {
            made = Path.of(one.path());
            assertFalse(one.path().equals(other.path()));
            assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
            Files.createDirectories(made.resolve("a/b"));
            Files.createFile(made.resolve("a/b/c"));
        }
        assertFalse(Files.exists(made));
    }

    private static void mode(Path path, String mode) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
}
