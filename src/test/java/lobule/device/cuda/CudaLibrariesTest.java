package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lobule.JavaProcess;
import lobule.device.OpenDevice;
import lobule.device.cuda.simulator.SimulatorProcess;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where JCuda's libraries are taken from: never from a place where others could have put theirs. */
class CudaLibrariesTest {
    private static final String MARK = "a planted library ran";
    private static final List<String> BINDINGS = List.of("JCudaDriver", "JCudnn", "JCublas2");

    @TempDir
    private Path folder;

    @BeforeEach
    void needsGpu() {
        SimulatedGpu.require();
    }

    @Test
    void aPlantedLibraryIsNotLoaded() throws Exception {
        SimulatorProcess.assumeBuildable();
        Path source = Files.writeString(folder.resolve("planted.c"), """
                #include <stdio.h>
                __attribute__((constructor)) static void run(void) { puts("%s"); fflush(stdout); }
                """.formatted(MARK));
        Path planted = folder.resolve("planted.so");
        JavaProcess.Answer built = JavaProcess.run(List.of("g++", "-shared", "-fPIC", "-o", planted.toString(),
                source.toString()));
        assertEquals(0, built.status(), built::text);
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        for (String binding : BINDINGS) {
            Files.copy(planted, temporary.resolve("lib" + binding + "-12.6.0-linux-x86_64.so"));
        }
        Set<Path> before = entries(temporary);
        String text = open(temporary);
        assertFalse(text.contains(MARK), text);
        assertTrue(text.contains("opened"), text);
        assertEquals(before, entries(temporary), "what was unpacked is removed");
    }

    @Test
    void aFolderThatCannotServeIsNamedWithTheWayOut() throws Exception {
        Path missing = folder.resolve("missing");
        assertRefused(open(missing), missing, "NoSuchFileException");
        Path open = Files.createDirectory(folder.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused(open(open), open, "other users could exchange them");
        assertEquals(Set.of(), entries(open));
    }

    /** The shell's limit on a file's size, in blocks of 512 bytes, stands for a full disk. */
    @Test
    void aFullFolderIsNamedWithTheWayOut() throws Exception {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -f 200 && exec \"$@\"", "sh"));
        command.addAll(JavaProcess.command(flags(folder), OpenDevice.class, "cuda"));
        assertRefused(JavaProcess.run(command).text(), folder, "cannot be written");
        assertEquals(Set.of(), entries(folder));
    }

    @Test
    void severalProcessesDoNotMeet() throws Exception {
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(new ProcessBuilder(JavaProcess.command(flags(folder), OpenDevice.class, "cuda"))
                    .redirectErrorStream(true).start());
        }
        for (Process process : processes) {
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(text.contains("opened"), text);
        }
        assertEquals(Set.of(), entries(folder));
    }

    private static void assertRefused(String text, Path folder, String why) {
        assertTrue(text.contains("refused") && text.contains(folder.toString()) && text.contains(why)
                && text.contains("-Djava.io.tmpdir=FOLDER"), text);
    }

    private static String open(Path temporary) throws IOException, InterruptedException {
        return JavaProcess.run(flags(temporary), OpenDevice.class, "cuda").text();
    }

    private static List<String> flags(Path temporary) {
        return Stream.concat(JavaProcess.FLAGS.stream(), Stream.of("-Djava.io.tmpdir=" + temporary)).toList();
    }

    private static Set<Path> entries(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.collect(Collectors.toSet());
        }
    }
}
