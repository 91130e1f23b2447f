package lobule.device.cpu.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import lobule.JavaProcess;
import lobule.device.OpenDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where JavaCPP's libraries are taken from: never from a place where others could have put theirs. */
class UnpackingTest {
    @TempDir
    private Path folder;

    @Test
    void aCacheThatOthersCanWriteToIsLeftAlone() throws Exception {
        Path cache = Files.createDirectory(folder.resolve("cache"));
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertOpens(cache);
        assertEquals(List.of(), entries(cache));
    }

    /** JavaCPP by itself would go on to a folder of a known name among the temporary files. */
    @Test
    void noPlaceForACacheIsNoReasonToFail() throws Exception {
        assertOpens(Files.createFile(folder.resolve("file")).resolve("cache"));
    }

    @Test
    void theCacheIsMadeForTheUserAlone() throws Exception {
        Path cache = folder.resolve("home").resolve("cache");
        assertOpens(cache);
        for (Path made : List.of(cache, cache.getParent())) {
            assertEquals(Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE,
                    PosixFilePermission.OWNER_EXECUTE), Files.getPosixFilePermissions(made));
        }
    }

    private void assertOpens(Path cache) throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        String text = JavaProcess.run(List.of("-Dorg.bytedeco.javacpp.cachedir=" + cache,
                "-Djava.io.tmpdir=" + temporary), OpenDevice.class, "cpu").text();
        assertTrue(text.contains("opened oneDNN"), text);
        assertEquals(List.of(), entries(temporary), "what was unpacked is removed");
    }

    private static List<Path> entries(Path folder) throws Exception {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.toList();
        }
    }
}
