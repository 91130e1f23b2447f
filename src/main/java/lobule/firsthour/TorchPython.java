package lobule.firsthour;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;

/** Finds a Python that has PyTorch. */
final class TorchPython {
    /** The first import reads gigabytes of libraries. */
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private TorchPython() {}

    /** @param work folder for what the attempts print */
    static Optional<Path> find(Map<String, String> environment, Path work) throws IOException, InterruptedException {
        for (Path python : candidates(environment)) {
            OptionalInt code = LimitedProcess.run(List.of(python.toString(), "-c", "import torch"), Map.of(),
                    work.resolve("import-torch.out"), LIMIT);
            if (code.isPresent() && code.getAsInt() == 0) {
                return Optional.of(python);
            }
        }
        return Optional.empty();
    }

    private static Set<Path> candidates(Map<String, String> environment) {
        Set<Path> candidates = new LinkedHashSet<>();
        Stream.of("VIRTUAL_ENV", "CONDA_PREFIX").filter(environment::containsKey)
                .forEach(prefix -> candidates.add(Path.of(environment.get(prefix), "bin", "python3")));
        Stream.of("python3", "python").forEach(name -> Programs.named(name, environment).forEach(candidates::add));
        PythonPackages.matching(Path.of("/opt"), "*").forEach(prefix -> candidates.add(prefix.resolve("bin/python3")));
        candidates.removeIf(python -> !Files.isExecutable(python));
        return candidates;
    }
}
