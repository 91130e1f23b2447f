package lobule.device.cuda.simulator;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lobule.JavaProcess;

/** Runs commands and Java programs under {@code with-simulated-gpu}, which builds the simulator first. */
public final class SimulatorProcess {
    private static final Path FOLDER = Path.of("src", "test", "simulator");

    private SimulatorProcess() {}

    /** What a process answered; standard output and standard error are one text. */
    public record Answer(int status, String text) {}

    /** Skips the calling test where there is no compiler; on the CI machine, where there must be one, fails it. */
    public static void assumeBuildable() {
        boolean there = Stream.of("g++", "make").allMatch(SimulatorProcess::isOnPath);
        String message = "the simulated CUDA device needs g++ and make";
        if ("true".equals(System.getenv("CI"))) {
            assertTrue(there, message);
        }
        assumeTrue(there, message);
    }

    private static boolean isOnPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    /** A file of the simulator's folder. */
    public static Path file(String first, String... more) {
        return FOLDER.resolve(Path.of(first, more));
    }

    /**
     * Runs a class's {@code main} in a JVM of its own, with this one's class path.
     *
     * @throws IOException if the process cannot be started
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public static Answer java(Map<String, String> environment, Class<?> program, String... arguments)
            throws IOException, InterruptedException {
        return run(environment, JavaProcess.command(JavaProcess.FLAGS, program, arguments));
    }

    /**
     * @param environment variables beside those of this process
     * @throws IOException if the process cannot be started
     * @throws InterruptedException if the waiting thread is interrupted
     */
    public static Answer run(Map<String, String> environment, List<String> command)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(FOLDER.resolve("with-simulated-gpu").toString()));
        all.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text);
    }
}
