package lobule.firsthour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lobule.file.Document;
import lobule.file.DocumentFormat;
import lobule.file.InputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A step that hangs, fails or cannot be run takes nothing from the others; all is on disk as soon as it is known. */
class CourseTest {
    @TempDir
    private Path folder;

    private Path out;
    private Path work;

    @BeforeEach
    void makeFolders() throws IOException {
        out = Files.createDirectory(folder.resolve("out"));
        work = Files.createDirectory(folder.resolve("work"));
    }

    private static Step shell(String name, int seconds, String script) {
        return Step.of(name, seconds, List.of("/bin/sh", "-c", script));
    }

    private Report run(long limit, Step... steps) throws IOException, InterruptedException {
        Course course = new Course("ours", out, work, new PrintWriter(new StringWriter()), _ -> Map.of());
        return course.run(Report.of("ours", Map.of("version", "1"), "2026-01-01T00:00:00Z", limit, List.of(steps)),
                List.of(steps));
    }

    private List<String> written(String key) {
        return DocumentFormat.JSON.read(out.resolve("ours.json")).at("steps").list().stream()
                .map(step -> step.at(key).text()).toList();
    }

    @Test
    void everyStepHasItsOutcome() throws Exception {
        Report report = run(100,
                shell("good", 10, "echo hello").reading(() -> Map.of("answer", 42)),
                shell("hanging", 1, "sleep 60"),
                shell("failing", 10, "echo no such layer; exit 3"),
                Step.of("absent", 10, List.of("/no/such/program")),
                shell("empty", 10, "true").reading(() -> {
                    throw new InputException("run/memory.json: does not exist.");
                }),
                Step.impossible("impossible", "there is no torch"),
                shell("last", 10, "true"));
        assertEquals(List.of("passed", "timed out", "failed", "failed", "failed", "skipped", "passed"),
                written("outcome"));
        List<String> messages = written("message");
        assertEquals("killed after 1 s", messages.get(1));
        assertEquals("exit code 3: no such layer", messages.get(2));
        assertTrue(messages.get(3).contains("/no/such/program"), messages.get(3));
        assertEquals("run/memory.json: does not exist.", messages.get(4));
        assertEquals("there is no torch", messages.get(5));
        assertTrue(report.hasFailures());
        Document good = DocumentFormat.JSON.read(out.resolve("ours.json")).at("steps").list().getFirst();
        assertEquals(42, good.at("figures").at("answer").wholeNumber(0, 100));
        assertEquals(List.of("hello"), good.at("output").list().stream().map(Document::text).toList());
        assertTrue(Files.readString(out.resolve("ours.log")).contains("== good\nhello\n"));
        try (Stream<Path> files = Files.list(out)) {
            assertEquals(List.of("ours.json", "ours.log"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void resultsAreOnDiskBeforeTheNextStep() throws Exception {
        String passed = "grep -q '\"outcome\" : \"passed\"' " + out.resolve("ours.json");
        assertFalse(run(100, shell("none yet", 10, "! " + passed), shell("one", 10, passed)).hasFailures());
    }

    /** What a step started is killed with it, or it would keep the GPU from the next. */
    @Test
    void whatAStepStartedIsKilledToo() throws Exception {
        Path pid = folder.resolve("pid");
        run(100, shell("hanging", 1, "sleep 60 & echo $! > " + pid + "; wait"));
        Path state = Path.of("/proc", Files.readString(pid).strip(), "stat");
        assertTrue(!Files.exists(state) || Files.readString(state).contains(") Z "), () -> state + " is alive");
    }

    @Test
    void theCommandsOfAStepShareItsTime() throws Exception {
        List<String> nap = List.of("/bin/sh", "-c", "echo nap; sleep 0.7");
        StepResult result = run(100, Step.ofAll("naps", 1, List.of(nap, nap, nap))).steps().getFirst();
        assertEquals(Outcome.TIMED_OUT, result.outcome());
        assertEquals(List.of("nap", "nap"), result.output());
    }

    @Test
    void noStepGoesBeyondTheTimeOfAll() throws Exception {
        Report report = run(2, shell("long", 60, "sleep 60"), shell("late", 10, "true"));
        assertEquals(List.of("timed out", "skipped"), written("outcome"));
        assertTrue(report.seconds() < 10, report::toString);
    }

    @Test
    void aFloodIsCutToItsEnd() throws Exception {
        run(100, shell("flood", 20, "yes a line of a flood | head -c 3000000; echo the end"));
        assertTrue(Files.size(out.resolve("ours.log")) < 600_000);
        assertTrue(Files.readString(out.resolve("ours.log")).strip().endsWith("the end"));
        assertTrue(Files.size(out.resolve("ours.json")) < 10_000);
    }

    @Test
    void differentBitsFail() throws Exception {
        Path first = Files.writeString(folder.resolve("first"), "same");
        Path second = Files.writeString(folder.resolve("second"), "sane");
        run(100, shell("deterministic", 10, "true").reading(new SameBits(first, second)));
        assertEquals(List.of("failed"), written("outcome"));
        assertTrue(written("message").getFirst().contains("differ from byte 2 on"), written("message").getFirst());
    }
}
