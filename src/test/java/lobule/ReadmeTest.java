package lobule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README prints for who embeds the runtime is what the compiler and the JVM are given here. */
class ReadmeTest {
    private static final Pattern PROGRAM = Pattern.compile("(?s)```java\n(.*?)```");
    private static final Pattern COMMAND = Pattern.compile(
            "OMP_WAIT_POLICY=PASSIVE java ([^\\\\]*)\\\\\\s+-cp target/lobule.jar Embedded.java");
    private static final Pattern LOSS = Pattern.compile("step \\d+: loss (\\S+)");

    @TempDir
    private Path folder;

    @Test
    void theProgramRunsWithTheFlagsAndLearns() throws IOException, InterruptedException {
        String readme = Files.readString(Path.of("README.md"));
        Path program = Files.writeString(folder.resolve("Embedded.java"), only(PROGRAM, readme));
        List<String> command = new ArrayList<>(List.of("env", "OMP_WAIT_POLICY=PASSIVE",
                Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(only(COMMAND, readme).strip().split("\\s+", -1)));
        command.addAll(List.of("-cp", JavaProcess.classPath(), program.toString()));
        JavaProcess.Answer answer = JavaProcess.run(command);
        assertEquals(0, answer.status(), answer.text());
        List<Double> losses = LOSS.matcher(answer.text()).results().map(loss -> Double.valueOf(loss.group(1))).toList();
        assertTrue(losses.size() > 2 && losses.getLast() < losses.getFirst() / 2, answer.text());
    }

    private static String only(Pattern pattern, String text) {
        List<MatchResult> found = pattern.matcher(text).results().toList();
        assertEquals(1, found.size(), pattern.pattern());
        return found.getFirst().group(1);
    }
}
