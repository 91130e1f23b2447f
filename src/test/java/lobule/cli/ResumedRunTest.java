package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.file.FolderLock;
import lobule.image.NiftiWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that goes on is the run that it was, or says from which step on it is another. */
class ResumedRunTest {
    @TempDir
    private Path folder;

    private String out = "";
    private String err = "";

    @BeforeEach
    void writeCases() {
        writeCase("a", 1);
        writeCase("b", 2);
    }

    private void writeCase(String name, int seed) {
        try (Arena arena = Arena.ofShared()) {
            LabelledVolume phantom = new Phantom(40, 40, 6, seed).generate(arena);
            NiftiWriter.write(phantom.image(), folder.resolve("data/imagesTr/" + name + ".nii.gz"));
            NiftiWriter.write(phantom.mask(), folder.resolve("data/labelsTr/" + name + ".nii.gz"));
        }
    }

    private int train(String... options) {
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(List.of(options));
        CommandRun run = CommandRun.of(arguments.toArray(String[]::new));
        out = run.out();
        err = run.err();
        return run.code();
    }

    private void start(String... options) {
        List<String> all = new ArrayList<>(List.of("--experiment", "unet2d-dropout-renorm-cce", "--data",
                folder.resolve("data").toString(), "--patch", "4x4", "--base-channels", "1", "--device", "reference",
                "--threads", "1", "--out", run().toString()));
        all.addAll(List.of(options));
        assertEquals(0, train(all.toArray(String[]::new)), () -> err);
    }

    private void resume(String... options) {
        assertEquals(0, resumed(options), () -> err);
    }

    private int resumed(String... options) {
        List<String> all = new ArrayList<>(List.of("--resume", run().toString()));
        all.addAll(List.of(options));
        return train(all.toArray(String[]::new));
    }

    private void assertRefused(String expected, String... options) throws IOException {
        String config = read("config.yaml");
        assertEquals(Failure.BAD_INPUT, resumed(options), () -> out);
        assertTrue(err.contains(expected) && err.lines().count() == 1, err);
        assertEquals(config, read("config.yaml"));
    }

    private Path run() {
        return folder.resolve("run");
    }

    private String read(String name) throws IOException {
        return Files.readString(run().resolve(name));
    }

    @Test
    void anotherLearningRateIsAStageOfTheSettings() throws IOException {
        start("--steps", "3", "--learning-rate", "1e-3");
        resume("--steps", "5", "--learning-rate", "1e-4");
        assertTrue(read("config.yaml").contains("""
                learning-rate:
                - step: 1
                  rate: 0.001
                - step: 4
                  rate: 1.0E-4
                """), read("config.yaml"));
        assertFalse(read("config.yaml").contains("history"), read("config.yaml"));
        List<String> steps = Files.readAllLines(run().resolve("metrics.jsonl"));
        assertTrue(steps.get(2).contains("\"learning_rate\":0.001,"), steps.get(2));
        assertTrue(steps.get(3).contains("\"learning_rate\":1.0E-4,"), steps.get(3));
        byte[] model = Files.readAllBytes(run().resolve("model.safetensors"));
        assertEquals(0, train("--config", run().resolve("config.yaml").toString(), "--out",
                folder.resolve("again").toString()), () -> err);
        assertArrayEquals(model, Files.readAllBytes(folder.resolve("again/model.safetensors")));
    }

    @Test
    void otherSettingsAreRecordedWithTheirFirstStep() throws IOException {
        start("--steps", "2", "--seed", "1");
        resume("--steps", "3", "--seed", "7", "--dropout", "0.25", "--no-only-foreground");
        assertTrue(out.contains("note     seed is 7 from step 3 on, and was 1"), out);
        resume("--steps", "4");
        assertFalse(out.contains("note "), out);
        String config = read("config.yaml");
        assertTrue(config.contains("""
                - from-step: 3
                  setting: seed
                  before: "1"
                  after: "7"
                """), config);
        assertTrue(config.contains("seed: 7\n"), config);
        assertEquals(0, train("--config", run().resolve("config.yaml").toString(), "--out",
                folder.resolve("again").toString()), () -> err);
        assertTrue(out.contains("config.yaml is of a run that changed: seed is 7 from step 3 on, and was 1"), out);
    }

    @Test
    void fewerStepsThanDoneAreRefused() throws IOException {
        start("--steps", "6");
        assertRefused("steps is 4, expected at least the 6 that the run has done", "--steps", "4");
    }

    @Test
    void aChangedCaseIsRefusedUnlessItIsAccepted() throws IOException {
        start("--steps", "2");
        writeCase("b", 3);
        assertRefused("the data are not those that the run began with: case b has other contents in ", "--steps", "3");
        resume("--steps", "3", "--accept-changed-data");
        assertTrue(out.contains("note     from here on other data: case b has other contents in "), out);
        assertTrue(read("config.yaml").contains("setting: data"), read("config.yaml"));
        resume("--steps", "4");
    }

    @Test
    void aCaseThatIsGoneIsRefused() throws IOException {
        start("--steps", "2");
        Files.move(folder.resolve("data/imagesTr/b.nii.gz"), folder.resolve("b.nii.gz"));
        assertRefused("there is no case b", "--steps", "3");
    }

    @Test
    void aNewCaseIsNoPartOfTheRun() throws IOException {
        start("--steps", "2");
        byte[] state = Files.readAllBytes(run().resolve("state.safetensors"));
        resume("--steps", "4");
        byte[] expected = Files.readAllBytes(run().resolve("model.safetensors"));
        Files.write(run().resolve("state.safetensors"), state);
        Files.writeString(run().resolve("config.yaml"), read("config.yaml").replace("steps: 4", "steps: 2"));
        writeCase("aa", 5);
        resume("--steps", "4");
        assertTrue(out.contains("note     not part of this run, since it began without: aa"), out);
        assertArrayEquals(expected, Files.readAllBytes(run().resolve("model.safetensors")));
    }

    @Test
    void aDataSetThatWasMovedIsTheSame() throws IOException {
        start("--steps", "2");
        Files.move(folder.resolve("data"), folder.resolve("elsewhere"));
        assertRefused("there is no such folder", "--steps", "3");
        resume("--steps", "3", "--data", folder.resolve("elsewhere").toString());
    }

    @Test
    void relativePathsHoldFromEveryFolder() throws IOException {
        Path relative = Path.of("").toAbsolutePath().relativize(folder.resolve("data"));
        start("--steps", "2", "--data", relative.toString());
        assertTrue(read("config.yaml").contains("source: " + folder.resolve("data") + "\n"), read("config.yaml"));
    }

    @Test
    void whatTheCurvesLackIsSaid() throws IOException {
        start("--steps", "4");
        Path metrics = run().resolve("metrics.jsonl");
        List<String> lines = Files.readAllLines(metrics);
        Files.writeString(metrics, lines.get(0) + "\n" + lines.get(1).substring(0, 9));
        resume("--steps", "5");
        assertTrue(out.contains("metrics.jsonl has 1 of the 4 steps done: it was cut or emptied"), out);
        assertEquals(List.of("1", "5"), Files.readAllLines(metrics).stream()
                .map(line -> line.replaceFirst(".*\"step\":(\\d+),.*", "$1")).toList());
        Files.writeString(metrics, "");
        resume();
        assertTrue(out.contains("metrics.jsonl has 0 of the 5 steps done") && out.contains("no step was left"), out);
        Files.writeString(metrics, lines.get(1) + "\n" + lines.get(0) + "\n");
        assertRefused("line 2 is of step 1 after step 2");
    }

    @Test
    void aRunEndedBeforeItsFirstCheckpointBeginsAgain() throws IOException {
        start("--steps", "3");
        byte[] model = Files.readAllBytes(run().resolve("model.safetensors"));
        for (String name : List.of("model.safetensors", "state.safetensors", "data.json")) {
            Files.delete(run().resolve(name));
        }
        Files.writeString(run().resolve("state.safetensors.1.partial"), "half");
        resume();
        assertTrue(out.contains("note     the run was ended before its first checkpoint and begins again"), out);
        assertArrayEquals(model, Files.readAllBytes(run().resolve("model.safetensors")));
        try (Stream<Path> files = Files.list(run())) {
            assertTrue(files.noneMatch(file -> file.toString().endsWith(".partial")));
        }
        Files.delete(run().resolve("state.safetensors"));
        assertRefused("has no state.safetensors");
    }

    @Test
    void aFolderBelongsToOneRun() throws IOException {
        start("--steps", "2");
        try (FolderLock _ = FolderLock.take(run())) {
            assertRefused("run: process " + ProcessHandle.current().pid() + ", this one, is at work in it", "--steps",
                    "3");
        }
        resume("--steps", "3");
    }

    @Test
    void settingsInOtherEncodingsAreReadOrNamed() throws IOException {
        start("--steps", "2");
        Path config = run().resolve("config.yaml");
        String text = Files.readString(config);
        Files.writeString(config, "\uFEFF" + text);
        resume("--steps", "3");
        Files.write(config, (text + "# für später\n").getBytes(StandardCharsets.ISO_8859_1));
        assertEquals(Failure.BAD_INPUT, resumed("--steps", "4"));
        assertTrue(err.contains("has the byte 0xFC") && err.contains("iconv -f LATIN1 -t UTF-8"), err);
    }
}
