package lobule.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import lobule.checkpoint.CheckpointException;
import lobule.image.IntensityWindow;
import lobule.nn.UNetConfig;
import lobule.tensor.TensorSpec;
import lobule.verification.FixtureCopy;
import lobule.verification.Fixtures;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainedModelTest {
    @TempDir
    private static Path folder;

    private static Path file;

    @BeforeAll
    static void train() {
        file = TinyModels.in2D(folder);
    }

    private static void assertRefused(String expected, Path path) {
        String message = assertThrows(CheckpointException.class, () -> TrainedModel.open(path)).getMessage();
        assertTrue(message.startsWith(path + ": ") && message.contains(expected), message);
    }

    private static void assertRefused(String expected, Consumer<FixtureCopy> change) {
        FixtureCopy copy = new FixtureCopy(file);
        change.accept(copy);
        Path changed = folder.resolve("changed.safetensors");
        copy.write(changed);
        assertRefused(expected, changed);
    }

    @Test
    void theFileSaysAllThatIsNeeded() {
        try (TrainedModel model = TrainedModel.open(file)) {
            assertEquals(UNetConfig.of(2, 1, 2, 2, 0), model.description().network());
            assertEquals(IntensityWindow.of(-150, 250), model.description().window());
            assertEquals("unet2d-dropout-renorm-cce", model.description().experiment());
            assertEquals(8, model.description().step());
            assertEquals("12x12", model.description().patch());
        }
    }

    /** The state of a run holds the network too. */
    @Test
    void theStateOfARunWillDo() {
        Path state = file.resolveSibling("state.safetensors");
        try (TrainedModel model = TrainedModel.open(state)) {
            assertEquals(state, model.file());
        }
    }

    @Test
    void whatIsNoModelIsRefused() throws IOException {
        assertRefused("does not exist", folder.resolve("absent.safetensors"));
        assertRefused("is a folder", folder);
        Path text = Files.writeString(folder.resolve("text.safetensors"), "this is a text of some length");
        assertRefused("no safetensors file", text);
        assertRefused("is no model of a training run: its metadata hold no config", Fixtures.smallest());
        byte[] whole = Files.readAllBytes(file);
        Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, whole.length - 9));
        assertRefused("tensor", cut);
    }

    @Test
    void tensorsThatDoNotFitTheNetworkAreRefused() {
        assertRefused("tensor encoder.0.conv1.weight is F32(2x1x3x3), expected F32(3x1x3x3)",
                copy -> copy.metadata().put("base_channels", "3"));
        assertRefused("has no tensor head.bias", copy -> copy.remove("head.bias"));
        assertRefused("tensor decoder.1.norm2.running_std is F32(3)",
                copy -> copy.set("decoder.1.norm2.running_std", TensorSpec.rowMajor(3)));
    }

    @Test
    void settingsThatAreMissingOrWrongAreNamed() {
        assertRefused("metadata key rank is missing", copy -> copy.metadata().remove("rank"));
        assertRefused("metadata key step is \"soon\", expected a whole number from 0",
                copy -> copy.metadata().put("step", "soon"));
        assertRefused("metadata key config: data is missing", copy -> copy.metadata().put("config", "steps: 3"));
        assertRefused("metadata key config: data.window[0] is \"low\", expected a number",
                copy -> copy.metadata().put("config", "data: {window: [low, high]}"));
        assertRefused("data.window is [1], expected two numbers",
                copy -> copy.metadata().put("config", "data: {window: [1]}"));
        assertRefused("data.window is [3,3], expected a window: An intensity window needs a lower below",
                copy -> copy.metadata().put("config", "data: {window: [3, 3]}"));
        assertRefused("metadata key config: is not valid YAML", copy -> copy.metadata().put("config", "{"));
        assertRefused("config: holds \"just text\"", copy -> copy.metadata().put("config", "just text"));
        assertRefused("config: experiment is [1], expected a text",
                copy -> copy.metadata().put("config", "experiment: [1]\ndata: {window: [1, 3]}"));
    }
}
