package lobule.firsthour;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** Commands that may take so long and no longer: then they are killed, with all that they started. */
final class LimitedProcess {
    /** What a shell answers where there is no such program. */
    static final int NOT_FOUND = 127;
    /** A process that waits for a driver that hangs may outlive even a kill. */
    private static final long KILL_SECONDS = 5;

    private LimitedProcess() {}

    /**
     * Runs a command; what it prints is appended to a file, so that no pipe is left to wait for.
     *
     * @return its exit code; empty where the time was up
     * @throws IOException where the file cannot be written to
     */
    static OptionalInt run(List<String> command, Map<String, String> environment, Path output, Duration limit)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            Files.writeString(output, e.getMessage() + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
            return OptionalInt.of(NOT_FOUND);
        }
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) ? OptionalInt.of(process.exitValue())
                    : OptionalInt.empty();
        } finally {
            kill(process);
        }
    }

    private static void kill(Process process) throws InterruptedException {
        List<ProcessHandle> started = Stream.concat(Stream.of(process.toHandle()), process.descendants()).toList();
        started.forEach(ProcessHandle::destroyForcibly);
        CompletableFuture<?> end = CompletableFuture.allOf(started.stream().map(ProcessHandle::onExit)
                .toArray(CompletableFuture[]::new));
        try {
            end.get(KILL_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // the next step runs beside it, if it must
        }
    }
}
