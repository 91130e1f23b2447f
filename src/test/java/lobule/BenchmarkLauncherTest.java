package lobule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code ./lobule bench} answers by itself, before any benchmark is built. */
class BenchmarkLauncherTest {
    private static final String USAGE = "usage: ./lobule bench BENCHMARK";

    private record Answer(int status, String out, String err) {}

    private static Answer bench(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(Path.of("lobule").toAbsolutePath().toString(), "bench"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).start();
        // Neither text fills a pipe.
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), out, err);
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h", "help"})
    void helpThatIsAskedForIsAnAnswer(String argument) throws Exception {
        Answer answer = bench(argument);
        assertEquals(0, answer.status(), answer.toString());
        assertTrue(answer.out().startsWith(USAGE), answer.toString());
        assertEquals("", answer.err());
    }

    @Test
    void noBenchmarkIsRefusedWithTheUsage() throws Exception {
        Answer answer = bench();
        assertEquals(2, answer.status(), answer.toString());
        assertTrue(answer.err().startsWith(USAGE), answer.toString());
        assertEquals("", answer.out());
    }

    @Test
    void anUnknownBenchmarkIsNamed() throws Exception {
        Answer answer = bench("nonsense", "--help");
        assertEquals(2, answer.status(), answer.toString());
        assertTrue(answer.err().startsWith("lobule bench: there is no benchmark \"nonsense\""), answer.toString());
        assertFalse(answer.err().contains("building"), answer.toString());
    }
}
