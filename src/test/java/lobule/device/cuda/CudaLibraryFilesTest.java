package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import lobule.JavaProcess;
import lobule.device.OpenDevice;
import lobule.device.cuda.options.LibraryFolders;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where NVIDIA's libraries are found, in processes of their own: named by a variable, and by nothing else. */
class CudaLibraryFilesTest {
    private static final List<String> PARTS = List.of("libcudnn_graph.so.9", "libcudnn_ops.so.9", "libcudnn_cnn.so.9",
            "libcudnn_heuristic.so.9", "libcudnn_engines_precompiled.so.9", "libcudnn_engines_runtime_compiled.so.9");
    private static final String PRODUCTS = "libcublasLt.so.12";

    @TempDir
    private Path folder;
    private Path simulator;

    @BeforeEach
    void findSimulator() {
        SimulatedGpu.requireSimulated();
        simulator = Path.of(SimulatedGpu.report().libraries().getFirst().path()).toAbsolutePath().getParent();
    }

    private static JavaProcess.Answer open(List<String> environment, Path... folders) throws Exception {
        return run(environment, OpenDevice.class, List.of("cuda"), folders);
    }

    private static JavaProcess.Answer run(List<String> environment, Class<?> program, List<String> arguments,
                                          Path... folders) throws Exception {
        String path = String.join(":", Stream.of(folders).map(Path::toString).toList());
        List<String> command = new ArrayList<>(List.of("env", "-u", "LD_LIBRARY_PATH",
                LibraryFolders.VARIABLE + "=" + path));
        command.addAll(environment);
        command.addAll(JavaProcess.command(JavaProcess.FLAGS, program, arguments.toArray(String[]::new)));
        return JavaProcess.run(command);
    }

    /** A folder with copies of files of the simulator's. */
    private Path folder(String name, List<String> files) throws IOException {
        Path made = Files.createDirectories(folder.resolve(name));
        for (String file : files) {
            Path copy = made.resolve(Path.of(file).getFileName());
            Files.copy(simulator.resolve(file), copy);
        }
        return made;
    }

    private Path driver() throws IOException {
        return folder("driver", List.of("libcuda.so.1"));
    }

    /** As cuDNN 9 ships: a front and its parts. */
    private Path cudnn() throws IOException {
        return folder("cudnn", Stream.concat(Stream.of("libcudnn.so.9", PRODUCTS), PARTS.stream())
                .map(file -> "split/" + file).toList());
    }

    private static void assertOpened(JavaProcess.Answer answer, String expected) {
        assertEquals(0, answer.status(), answer::text);
        assertTrue(answer.text().contains("opened ") && answer.text().contains(expected), answer::text);
    }

    private static void assertRefused(JavaProcess.Answer answer, String... expected) {
        assertEquals(0, answer.status(), answer::text);
        assertTrue(answer.text().contains("refused device cuda: "), answer::text);
        for (String part : expected) {
            assertTrue(answer.text().contains(part), () -> part + " in " + answer.text());
        }
    }

    @Test
    void aFolderThatTheVariableNamesIsEnough() throws Exception {
        assertOpened(open(List.of(), simulator), "cuDNN 9.5.1, cuBLAS 12.6.1, ");
    }

    @Test
    void partsOfCudnnAreOpenedForIt() throws Exception {
        assertOpened(open(List.of(), driver(), cudnn()), "cuDNN 9.5.1, no cuBLAS");
    }

    /** Among them concatenations whose last channels begin at no multiple of 16 bytes, which cuDNN refuses. */
    @Test
    void cudnnComputesAllConvolutionsAlone() throws Exception {
        JavaProcess.Answer answer = run(List.of(), ConvolutionsWithoutCublas.class, List.of(), driver(), cudnn());
        assertEquals(0, answer.status(), answer::text);
        assertTrue(answer.text().matches("(?s).*passed [1-9]\\d+, failed 0.*"), answer::text);
    }

    @Test
    void everyPartThatIsMissingIsNamedBeforeCudnnEndsTheProcess() throws Exception {
        Path driver = driver();
        Path cudnn = cudnn();
        for (String part : List.of("libcudnn_engines_runtime_compiled.so.9", PRODUCTS)) {
            Path away = Files.move(cudnn.resolve(part), folder.resolve(part));
            assertRefused(open(List.of(), driver, cudnn), cudnn.resolve("libcudnn.so.9") + " opens " + part
                    + " by name", cudnn.resolve(part) + ": cannot open shared object file", "; ");
            Files.move(away, cudnn.resolve(part));
        }
    }

    @Test
    void aFrontWithoutAnyPartIsNoCudnnInOneFile() throws Exception {
        assertRefused(open(List.of(), driver(), folder("front", List.of("split/libcudnn.so.9"))),
                "opens libcudnn_graph.so.9 by name", "install cuDNN whole");
    }

    /** As a static build would be: it may well name parts, but is too large for a front. */
    @Test
    void aLargeCudnnNeedsNoParts() throws Exception {
        Path alone = folder("alone", List.of("libcudnn.so.9"));
        byte[] more = Arrays.copyOf("cudnn_graph".getBytes(StandardCharsets.US_ASCII), 16 << 20);
        Files.write(alone.resolve("libcudnn.so.9"), more, StandardOpenOption.APPEND);
        assertOpened(open(List.of(), driver(), alone), "cuDNN 9.5.1");
    }

    @ParameterizedTest
    @CsvSource({"9.10.2, 9.8.0, ''", "'', '', cnn"})
    void partsOfAnotherReleaseAreNamed(String front, String part, String stale) throws Exception {
        Path cudnn = cudnn();
        if (!front.isEmpty()) {
            rename(cudnn, "libcudnn.so.9", front);
            rename(cudnn, "libcudnn_cnn.so.9", part);
        }
        assertRefused(open(List.of("SIMGPU_STALE_PART=" + stale), driver(), cudnn),
                cudnn.resolve("libcudnn_cnn.so.9") + " is of " + (stale.isEmpty() ? "cuDNN 9.8.0" : "another release"),
                "install cuDNN whole");
    }

    /** To a file with the release in its name, and a link to that, as packages have them. */
    private static void rename(Path folder, String name, String release) throws IOException {
        String whole = name.replaceFirst("9$", release);
        Files.move(folder.resolve(name), folder.resolve(whole));
        Files.createSymbolicLink(folder.resolve(name), Path.of(whole));
    }

    @Test
    void cublasOfCuda13IsFoundBesideCudnnAndComputesTheSame() throws Exception {
        Path cudnn = folder("nvidia/cudnn/lib", List.of("libcudnn.so.9"));
        folder("nvidia/cu13/lib", List.of("cuda13/libcublas.so.13"));
        JavaProcess.Answer answer = run(List.of(), TrainedBits.class, List.of(), driver(), cudnn);
        assertEquals(0, answer.status(), answer::text);
        assertTrue(answer.text().contains("libcublas.so.13 13.6.1 without JCublas from " + folder), answer::text);
        try (CudaDevice device = SimulatedGpu.open()) {
            assertTrue(device.description().contains("cuBLAS 12.6.1,"), device::description);
            assertTrue(answer.text().contains("trained " + TrainedBits.of(device)), answer::text);
        }
    }
}
