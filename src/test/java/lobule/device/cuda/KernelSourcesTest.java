package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PTX and CUDA C belong together, and the PTX keeps to what every card and the launching code rely on. */
class KernelSourcesTest {
    private static final String CLANG = "clang-16";

    @Test
    void ptxWasMadeFromTheSourcesBesideIt() {
        assertTrue(KernelFiles.SHIPPED.ptx().size() >= 13);
        assertEquals(List.of(), KernelFiles.SHIPPED.faults());
    }

    @Test
    void anEditIsNoticed(@TempDir Path folder) throws IOException {
        KernelFiles copy = copy(folder);
        Files.writeString(folder.resolve("adam.cu"), "//\n", StandardOpenOption.APPEND);
        assertEquals(List.of(folder.resolve("adam.ptx") + " was made from other sources than "
            + folder.resolve("adam.cu") + " and the headers beside it; run kernels/build"), copy.faults());
        Files.writeString(folder.resolve("philox.cuh"), "//\n", StandardOpenOption.APPEND);
        assertEquals(copy.ptx().size(), copy.faults().size());
    }

    @Test
    void missingPtxAndMissingSourceAreNoticed(@TempDir Path folder) throws IOException {
        KernelFiles copy = copy(folder);
        Files.delete(folder.resolve("adam.ptx"));
        Files.delete(folder.resolve("nesterov.cu"));
        assertEquals(List.of(folder.resolve("adam.ptx") + " is missing; run kernels/build",
            folder.resolve("nesterov.ptx") + " has no source; delete it"), copy.faults());
    }

    @Test
    void buildingAgainGivesTheSamePtx(@TempDir Path folder) throws IOException, InterruptedException {
        assumeTrue(onPath(CLANG), "no " + CLANG + " here; the hashes were compared all the same");
        CommandRun build = CommandRun.of("kernels/build", folder.toString());
        assertEquals(0, build.status(), build.output());
        for (Path ptx : KernelFiles.SHIPPED.ptx()) {
            assertEquals(KernelFiles.read(ptx), KernelFiles.read(folder.resolve(ptx.getFileName())), ptx.toString());
        }
    }

    @Test
    void buildWithoutClangSaysWhatToInstall(@TempDir Path path) throws IOException, InterruptedException {
        for (String tool : List.of("dirname", "readlink", "realpath")) {
            Path script = Files.writeString(path.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        }
        CommandRun build = CommandRun.of("/usr/bin/env", "-i", "PATH=" + path, "/bin/bash", "kernels/build");
        assertEquals(1, build.status());
        assertEquals("kernels/build: no clang found; install Debian's clang-16, or name one in CLANG\n",
            build.output());
    }

    /** The GeForce GTX 1080 is sm_61; drivers of CUDA 11.8 read PTX 7.8. */
    @Test
    void ptxIsForEveryCardFromPascalOn() {
        for (Path ptx : KernelFiles.SHIPPED.ptx()) {
            String text = KernelFiles.read(ptx);
            assertEquals(List.of("7.8"), found("(?m)^\\.version (.*)$", text), ptx.toString());
            assertEquals(List.of("sm_60"), found("(?m)^\\.target (.*)$", text), ptx.toString());
        }
    }

    /** Atomics on floats would make sums depend on the order of threads; approximations differ from card to card. */
    @Test
    void resultsAreTheSameOnEveryRunAndCard() {
        assertNowhere("\\b(atom|red)\\.\\S+");
        assertNowhere("\\S+\\.(approx|ftz)\\S*");
        // Without a rounding mode the assembler may fuse a product and a sum.
        assertNowhere("\\b(mul|add|sub)\\.f(32|64)");
    }

    @Test
    void kernelsCallNothingAndKeepNothingInLocalMemory() {
        assertNowhere("\\.func\\b.*|\\bcall\\b.*|\\.local\\b.*");
    }

    /** The launching code packs all arguments into slots of 8 bytes. */
    @Test
    void everyParameterIsEightBytes() {
        assertNowhere("\\.param \\.(?![uf]64 )\\S+");
        assertNowhere("\\.param \\S+ .*\\[.*");
    }

    @Test
    void kernelNamesAreUnique() {
        List<String> names = KernelFiles.SHIPPED.ptx().stream()
            .flatMap(ptx -> found("\\.entry (\\w+)", KernelFiles.read(ptx)).stream()).toList();
        assertEquals(names.stream().distinct().toList(), names);
        assertTrue(names.size() >= 32);
    }

    @Test
    void sourcesNameOpsAndLaunchingClassesThatExist() {
        Pattern className = Pattern.compile("lobule\\.(op|device\\.cuda)(\\.\\w+)+");
        for (Path source : KernelFiles.SHIPPED.with(".cu")) {
            List<String> names = className.matcher(KernelFiles.read(source)).results().map(MatchResult::group).toList();
            assertTrue(names.stream().anyMatch(name -> name.startsWith("lobule.device.cuda.")), source.toString());
            names.forEach(name -> assertTrue(Files.exists(Path.of("src/main/java", name.replace('.', '/') + ".java")),
                source + " names " + name));
        }
    }

    private static void assertNowhere(String pattern) {
        for (Path ptx : KernelFiles.SHIPPED.ptx()) {
            assertEquals(List.of(), found("(" + pattern + ")", KernelFiles.read(ptx)), ptx.toString());
        }
    }

    /** The first group of every match outside comments. */
    private static List<String> found(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text.replaceAll("//.*", "")).results()
            .map(MatchResult::group).map(match -> match.replaceFirst(pattern, "$1")).toList();
    }

    private static boolean onPath(String command) {
        return Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    }

    private static KernelFiles copy(Path folder) throws IOException {
        for (String ending : List.of(".cu", ".cuh", ".ptx")) {
            for (Path file : KernelFiles.SHIPPED.with(ending)) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        return new KernelFiles(folder);
    }

    /** What a command printed, to either stream, and its exit status. */
    record CommandRun(int status, String output) {
        static CommandRun of(String... command) throws IOException, InterruptedException {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new CommandRun(process.waitFor(), output);
        }
    }
}
