package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.image.Mask;
import lobule.image.NiftiWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeCase() {
        LabelledVolume phantom = new Phantom(40, 40, 6, 1).generate(Arena.ofAuto());
        NiftiWriter.write(phantom.image(), folder.resolve("data/imagesTr/small.nii.gz"));
        NiftiWriter.write(phantom.mask(), folder.resolve("data/labelsTr/small.nii.gz"));
    }

    private int train(String... changed) {
        List<String> arguments = new ArrayList<>(List.of("train"));
        if (!List.of(changed).contains("--resume")) {
            arguments.addAll(List.of("--experiment", "unet2d-dropout-renorm-cce", "--data", path("data"), "--overfit",
                    "--patch", "4x4", "--base-channels", "1", "--device", "reference", "--threads", "1", "--steps", "3",
                    "--out", path("run")));
        }
        arguments.addAll(List.of(changed));
        return CommandRun.execute(out, err, arguments.toArray(String[]::new));
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private void assertRefused(String expected, String... changed) {
        err.getBuffer().setLength(0);
        assertEquals(Failure.BAD_INPUT, train(changed), err.toString());
        assertTrue(err.toString().contains(expected), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertFalse(Files.exists(folder.resolve("run")), "something was written");
    }

    @Test
    void aRunLeavesItsFilesAndSaysWhere() throws IOException {
        assertEquals(0, train(), err.toString());
        for (String name : List.of("config.yaml", "metrics.jsonl", "model.safetensors", "state.safetensors",
                "progress.png", "overlay.png", "prediction.nii.gz", "data.json", "run.lock")) {
            assertTrue(Files.size(folder.resolve("run").resolve(name)) > 0, name);
        }
        try (Stream<Path> files = Files.list(folder.resolve("run"))) {
            assertEquals(9, files.count());
        }
        String text = out.toString();
        for (String expected : List.of("device   reference, as chosen: ", "patch    4x4 of small at (z, y, x)",
                "memory ", "out      " + path("run"), "step 1/3  loss ", "done: step 3 of 3",
                "model    " + path("run"))) {
            assertTrue(text.contains(expected), text);
        }
    }

    @Test
    void aRunIsNeverOverwrittenAndCanGoOn() throws IOException {
        assertEquals(0, train(), err.toString());
        assertEquals(Failure.BAD_INPUT, train());
        assertTrue(err.toString().contains("holds a run already; go on with it by --resume"), err.toString());
        assertEquals(0, train("--resume", path("run"), "--steps", "5"), err.toString());
        List<String> steps = Files.readAllLines(folder.resolve("run/metrics.jsonl"));
        assertEquals(5, steps.size());
        assertTrue(steps.getLast().startsWith("{\"step\":5,"), steps.getLast());
        assertTrue(Files.readString(folder.resolve("run/config.yaml")).contains("steps: 5"));
    }

    @Test
    void divergenceIsSaidAndEndsWithOne() {
        assertEquals(Failure.CHECK_FAILED, train("--learning-rate", "1e30", "--steps", "9", "--dropout", "0"));
        assertTrue(err.toString().matches("(?s)lobule: step \\d: the .* first op .*"), err.toString());
    }

    @Test
    void badArgumentsAreRefusedInOneSentence() throws IOException {
        assertRefused("device is \"gpu\", expected one of", "--device", "gpu");
        assertRefused("experiment is \"unet4d\", expected", "--experiment", "unet4d");
        assertRefused("there is no case liver; known are small", "--case", "liver");
        assertRefused("there is no such folder", "--data", path("absent"));
        assertRefused("the nearest legal ones are 4 or 12 along H", "--patch", "5x4");
        assertRefused("expected height x width", "--patch", "4x4x4");
        assertRefused("loss is \"hinge\", expected one of", "--loss", "hinge");
        assertRefused("--steps", "--steps", "many");
        assertRefused("steps is 0, expected at least 1", "--steps", "0");
        assertRefused("Unknown option", "--stps", "3");
        assertRefused("has no config.yaml, expected the folder of a run", "--resume", path("data"));
        Files.writeString(folder.resolve("settings.yaml"), "network: {base-chanels: 4}\n");
        assertRefused("unknown key network.base-chanels; known here are rank", "--config", path("settings.yaml"));
        assertRefused("does not exist", "--config", path("absent.yaml"));
    }

    @Test
    void anOutputThatCannotBeWrittenIsRefused() throws IOException {
        Files.writeString(folder.resolve("file"), "not a folder");
        assertRefused("is no folder; choose another place by --out", "--out", path("file/run"));
        assertRefused("is no folder; choose another place by --out", "--out", path("file"));
    }

    @Test
    void damagedVolumesAreRefused() throws IOException {
        Path image = folder.resolve("data/imagesTr/small.nii.gz");
        byte[] whole = Files.readAllBytes(image);
        Files.writeString(image, "this is a text");
        assertRefused("small.nii.gz");
        Files.write(image, Arrays.copyOf(whole, whole.length / 2));
        assertRefused("small.nii.gz");
        LabelledVolume other = new Phantom(40, 40, 5, 1).generate(Arena.ofAuto());
        NiftiWriter.write(other.image(), image);
        assertRefused("different grids");
        Files.write(image, whole);
        LabelledVolume phantom = new Phantom(40, 40, 6, 1).generate(Arena.ofAuto());
        NiftiWriter.write(Mask.allocate("empty", phantom.grid(), Arena.ofAuto()),
                folder.resolve("data/labelsTr/small.nii.gz"));
        assertRefused("nothing to learn from");
    }
}
