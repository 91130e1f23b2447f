package lobule.firsthour;

import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One thing to find out.
 *
 * @param name        also of its files
 * @param limit       of all its commands together
 * @param commands    run one after the other, until one fails
 * @param environment beside that of this process
 * @param logs        files that the commands may leave, to be kept with their output
 * @param figures     read once all commands have ended well
 * @param obstacle    why it cannot be run here; empty where it can
 */
record Step(String name, Duration limit, List<List<String>> commands, Map<String, String> environment, List<Path> logs,
            Figures figures, String obstacle) {
    Step {
        commands = commands.stream().map(List::copyOf).toList();
        environment = Map.copyOf(environment);
        logs = List.copyOf(logs);
    }

    static Step of(String name, int seconds, List<String> command) {
        return ofAll(name, seconds, List.of(command));
    }

    static Step ofAll(String name, int seconds, List<List<String>> commands) {
        return new Step(name, Duration.ofSeconds(seconds), commands, Map.of(), List.of(), Figures.NONE, "");
    }

    static Step impossible(String name, String obstacle) {
        return new Step(name, Duration.ZERO, List.of(), Map.of(), List.of(), Figures.NONE, obstacle);
    }

    Step reading(Figures read) {
        return new Step(name, limit, commands, environment, logs, read, obstacle);
    }

    Step with(String variable, String value) {
        Map<String, String> all = new LinkedHashMap<>(environment);
        all.put(variable, value);
        return new Step(name, limit, commands, all, logs, figures, obstacle);
    }

    Step leaving(Path log) {
        return new Step(name, limit, commands, environment, List.of(log), figures, obstacle);
    }
}
