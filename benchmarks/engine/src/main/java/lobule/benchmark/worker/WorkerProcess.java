package lobule.benchmark.worker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.benchmark.task.Task;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** A contender in a JVM of its own, so that peak memory, threads and native libraries are its own. */
public final class WorkerProcess implements AutoCloseable {
    private final Entrant entrant;
    private final Process process;
    private final BufferedReader answers;
    private final PrintStream commands;
    private final String description;

    private WorkerProcess(Entrant entrant, Process process) {
        this.entrant = entrant;
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.description = answer(new TypeReference<String>() {});
    }

    /**
     * Starts the process and waits until its contender is ready.
     *
     * @param recorded step to start from; empty to draw the values
     */
    public static WorkerProcess start(Entrant entrant, Task task, Optional<Path> recorded) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                "-XX:MaxDirectMemorySize=1t", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED",
                "--add-modules", "jdk.incubator.vector", "-Dorg.bytedeco.javacpp.maxPhysicalBytes=0",
                "-Dorg.bytedeco.javacpp.maxBytes=0", "-cp", System.getProperty("java.class.path"),
                Worker.class.getName(), entrant.contender(), JsonMapper.shared().writeValueAsString(task)));
        recorded.ifPresent(file -> command.add(file.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(Redirect.INHERIT);
        builder.environment().putAll(entrant.environment());
        try {
            return new WorkerProcess(entrant, builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException("the process of " + entrant.label() + " cannot be started", e);
        }
    }

    public Entrant entrant() {
        return entrant;
    }

    /** Library, version and settings. */
    public String description() {
        return description;
    }

    public StepTime step() {
        return ask(Worker.STEP, new TypeReference<StepTime>() {});
    }

    /** Of the step just run. */
    public Fingerprint fingerprint() {
        return ask(Worker.FINGERPRINT, new TypeReference<Fingerprint>() {});
    }

    /** Bytes by region; empty where the library does not say. */
    public Map<String, Long> memory() {
        return ask(Worker.MEMORY, new TypeReference<Map<String, Long>>() {});
    }

    /** The step just run against a recorded one. */
    public List<Deviation> compare(Path recorded) {
        return ask(Worker.COMPARE + recorded, new TypeReference<List<Deviation>>() {});
    }

    private <T> T ask(String command, TypeReference<T> type) {
        commands.println(command);
        return answer(type);
    }

    private <T> T answer(TypeReference<T> type) {
        try {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.startsWith(Worker.ANSWER)) {
                    return JsonMapper.shared().readValue(line.substring(Worker.ANSWER.length()), type);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the process of " + entrant.label() + " cannot be read from", e);
        }
        throw new IllegalStateException("the process of " + entrant.label() + " ended before it answered, as it says"
                + " above");
    }

    /** Ends the process: its standard input ends, and with it its loop. */
    @Override
    public void close() {
        commands.close();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
        }
    }
}
