package lobule.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    private Path folder;

    private String left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return String.join(" ", files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void whatAKilledWriterLeftGoesWithTheNextOfTheSameFile() throws IOException {
        long dead = new ProcessBuilder("true").start().onExit().join().pid();
        long alive = ProcessHandle.current().parent().orElseThrow().pid();
        for (String name : new String[] {"mask." + dead, "mask." + alive, "other." + dead, "mask.nii." + dead}) {
            Files.writeString(folder.resolve(name + ".partial"), "half");
        }
        AtomicFile.write(folder.resolve("mask"), out -> out.write(7));
        assertEquals(Stream.of("mask", "mask." + alive + ".partial", "mask.nii." + dead + ".partial",
                "other." + dead + ".partial").sorted().reduce((a, b) -> a + " " + b).orElseThrow(), left());
    }

    @Test
    void aLockLeavesNothingHalfWritten() throws IOException {
        Files.writeString(folder.resolve("mask.1.partial"), "half");
        FolderLock.take(folder).close();
        assertEquals(FolderLock.NAME, left());
    }

    @Test
    void aFailureLeavesWhatWasThere() throws IOException {
        Files.writeString(folder.resolve("mask"), "old");
        assertThrows(InputException.class, () -> AtomicFile.writeChannel(folder.resolve("mask"), out -> {
            throw new IOException("disk full");
        }));
        assertEquals("mask", left());
        assertEquals("old", Files.readString(folder.resolve("mask")));
    }
}
