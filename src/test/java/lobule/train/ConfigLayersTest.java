package lobule.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lobule.file.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLayersTest {
    @TempDir
    private Path folder;

    private Optional<Path> file(String yaml) throws IOException {
        return Optional.of(Files.writeString(folder.resolve("settings.yaml"), yaml));
    }

    @Test
    void nothingGivenIsThePhantom() {
        TrainConfig config = ConfigLayers.resolve(Optional.empty(), Map.of());
        assertEquals("phantom", config.experiment());
        assertEquals("phantom", config.data().source());
        assertTrue(config.data().overfit());
        assertNull(config.out());
    }

    @Test
    void presetsAreTheExperiments() {
        for (String name : List.of("unet2d-dropout-renorm-cce", "unet3d-dropout-renorm-dice", "unet3d-renorm-dice",
                "unet3d-renorm-cce")) {
            TrainConfig config = ConfigLayers.resolve(Optional.empty(), Map.of("experiment", name));
            boolean flat = name.startsWith("unet2d");
            assertEquals(flat ? 2 : 3, config.network().rank());
            assertEquals(flat ? "60x60" : "60x60x52", config.patch());
            assertEquals(name.contains("dropout") ? 0.5 : 0, config.network().dropout());
            assertTrue(name.endsWith("-" + config.loss().name()));
            assertEquals(32, config.network().baseChannels());
            assertEquals(List.of(new LearningRate.Stage(1, 5e-4)), config.learningRate());
            assertEquals(new TrainConfig.Renorm("paper", 1), config.renorm());
            assertTrue(config.data().onlyForeground());
            assertFalse(config.data().overfit());
            assertNull(config.data().source());
        }
    }

    @Test
    void onlyTheOverfitRunThatNeedsItSlowsDown() {
        for (String name : Presets.experiments()) {
            TrainConfig config = ConfigLayers.resolve(Optional.empty(),
                    Map.of("experiment", name, "data.overfit", true));
            LearningRate rates = new LearningRate(config.learningRate());
            assertEquals(5e-4, rates.at(300));
            assertEquals(name.equals("unet3d-renorm-cce") ? 1e-4 : 5e-4, rates.at(301));
        }
    }

    @Test
    void anOverfitRunCrossesTheWholeSchedule() {
        TrainConfig config = ConfigLayers.resolve(Optional.empty(),
                Map.of("experiment", "unet3d-renorm-dice", "data.overfit", true));
        assertEquals(new RenormSchedule.Clip(1, 0), config.renorm().at(1));
        assertEquals(new RenormSchedule.Clip(3, 5), config.renorm().at(config.steps()));
    }

    @Test
    void optionsOverrideTheFileAndTheFileThePreset() throws IOException {
        Optional<Path> file = file("""
                experiment: unet3d-renorm-cce
                network: {base-channels: 16}
                steps: 7
                """);
        TrainConfig config = ConfigLayers.resolve(file, Map.of("network.base-channels", 8));
        assertEquals("unet3d-renorm-cce", config.experiment());
        assertEquals(8, config.network().baseChannels());
        assertEquals(7, config.steps());
        assertEquals("cce", config.loss().name());
        assertEquals("unet3d-renorm-dice",
                ConfigLayers.resolve(file, Map.of("experiment", "unet3d-renorm-dice")).experiment());
    }

    @Test
    void theNumberOfClassesFollowsFromTheNewestLabels() throws IOException {
        Optional<Path> file = file("data: {labels: \"liver=1;vessel=2\"}\n");
        assertEquals(3, ConfigLayers.resolve(file, Map.of()).network().classes());
        assertEquals(2, ConfigLayers.resolve(file, Map.of("data.labels", "liver=1,2")).network().classes());
        TrainConfig config = ConfigLayers.resolve(file, Map.of("data.labels", "a: #1=liver;b=2;c = 3, 4",
                "data.ignore-label", 7, "data.mask-grid", "image"));
        assertEquals(4, config.network().classes());
        assertEquals(config, ConfigLayers.resolve(file(ConfigLayers.yaml(config)), Map.of()));
    }

    @Test
    void resolvedSettingsAreReadBackTheSame() throws IOException {
        TrainConfig config = ConfigLayers.resolve(Optional.empty(), Map.of("experiment", "unet2d-dropout-renorm-cce",
                "optimizer.clip-norm", 1.5, "data.source", "/some/where", "cuda.math", "tf32",
                "cuda.workspace", 512, "cuda.cudnn", List.of("pool", "norm"), "loss.class-weights",
                List.of(1, 2.5), "learning-rate",
                List.of(Map.of("step", 1, "rate", 1e-3), Map.of("step", 10, "rate", 1e-4))));
        assertEquals(config, ConfigLayers.resolve(file(ConfigLayers.yaml(config)), Map.of()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            network: {base-chanels: 3}          | unknown key network.base-chanels; known here are rank,
            stps: 3                             | unknown key stps; known here are experiment, data, patch,
            learning-rate: [{step: 1, rte: 3}]  | unknown key learning-rate[0].rte; known here are step, rate
            steps: abc                          | steps is "abc", expected a whole number
            steps: 2.5                          | steps is 2.5, expected a whole number
            steps: null                         | steps is null, expected a whole number
            steps: 0                            | steps is 0, expected at least 1
            network: 3                          | network is 3, expected keys with their values
            learning-rate: 5                    | learning-rate is 5, expected a list
            data: {overfit: perhaps}            | data.overfit is "perhaps", expected true or false
            data: {window: [3]}                 | data.window is [3.0], expected the lower and the upper bound
            a: [                                | is not valid YAML
            - 3                                 | holds no settings
            patch: 61x60x52                     | the nearest legal ones are 60 or 68 along D.
            patch: 60x2x52                      | the nearest legal ones are 4 along H.
            patch: 60x60                        | expected depth x height x width
            patch: 99999999x60x52               | expected depth x height x width
            network: {rank: 4}                  | network.rank is 4, expected 2 or 3
            network: {dropout: 1}               | network.dropout is 1.0, expected at least 0 and below 1
            loss: {name: dcie}                  | loss.name: loss is "dcie", expected one of [dice, dicefg
            loss: {class-weights: [1]}          | loss.class-weights is [1.0], expected none, or one for each
            optimizer: {name: adamw}            | optimizer.name is adamw, expected adam or sgd
            optimizer: {clip-norm: 0}           | optimizer.clip-norm is 0.0, expected above 0
            renorm: {scale: 0}                  | renorm.scale is 0.0, expected above 0
            renorm: {schedule: fixed:9}         | renorm.schedule is "fixed:9", expected paper
            accumulate: 0                       | accumulate is 0, expected at least 1
            experiment: [unet3d-renorm-dice]    | experiment is ["unet3d-renorm-dice"], expected a text.
            experiment: {a: b}                  | experiment is {"a":"b"}, expected a text.
            patch: [12, 20, 20]                 | patch is [12,20,20], expected a text.
            patch: null                         | patch is null, expected a text.
            device: null                        | device is null, expected a text.
            data: null                          | data is null, expected keys with their values.
            network: [1]                        | network is [1], expected keys with their values.
            learning-rate: null                 | learning-rate is null, expected a list.
            learning-rate: [null]               | learning-rate[0] is null, expected keys with their values.
            learning-rate: [{step: 1}]          | learning-rate[0].rate is missing, expected a number.
            loss: {class-weights: [null, 1]}    | loss.class-weights[0] is null, expected a number.
            data: {source: "a\\0b"}             | data.source is "a\\u0000b", expected a text without control
            data: {source: [a]}                 | data.source is ["a"], expected a text.
            data: {window: [null, 1]}           | data.window[0] is null, expected a number.
            data: {window: [.nan, 1]}           | data.window[0] is "NaN", expected a number.
            data: {window: [0, 1e-60]}          | data.window is [0.0, 1.0E-60]: An intensity window needs a lower
            data: {window: [-3e38, 3e38]}       | data.window is [-3.0E38, 3.0E38]: An intensity window needs a finite
            data: {validation-patches: 2147483647} | data.validation-patches is 2147483647, expected 1 to 10000
            accumulate: 99999999999             | accumulate is 99999999999, expected a whole number of at most 21474836
            steps: 99999999999999999999         | steps is 99999999999999999999, expected a whole number.
            cuda: {math: bf16}                  | cuda.math is bf16, expected fp32 or tf32.
            cuda: {math: null}                  | cuda.math is null, expected a text.
            cuda: {deterministic: 1}            | cuda.deterministic is 1, expected true or false
            cuda: {workspace: -1}               | cuda.workspace is -1, expected 0 to 1048576 (MiB), or nothing.
            cuda: {workspace: 2GiB}             | cuda.workspace is "2GiB", expected a whole number
            cuda: {cudnn: norm}                 | cuda.cudnn is "norm", expected a list
            cuda: {cudnn: [relu]}               | cuda.cudnn is relu, expected pool, dropout or norm.
            cuda: {cudnn: [norm, norm]}         | cuda.cudnn is [norm, norm], expected each op once.
            cuda: {gpu: 1}                      | unknown key cuda.gpu; known here are math,
            threads: 2000000000                 | threads is 2000000000, expected 1 to 4096, or 0 for all
            steps: &n 3\\nseed: *n              | has an alias, expected its value written out.
            """)
    void badSettingsAreRefusedByName(String yaml, String expected) throws IOException {
        Optional<Path> file = file(yaml.replace("\\n", "\n"));
        String message = assertThrows(InputException.class, () -> ConfigLayers.resolve(file, Map.of())).getMessage();
        assertTrue(message.contains(expected), message);
        assertTrue(message.startsWith(file.get() + ": "), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void theAnnotatedExampleHasEverySetting() {
        TrainConfig example = ConfigLayers.resolve(Optional.of(Path.of("docs/config.yaml")), Map.of());
        assertEquals(topKeys(ConfigLayers.yaml(example).lines()), topKeys(lines("docs/config.yaml")));
        assertEquals(5e-5, example.rates().at(19_000));
    }

    private static List<String> topKeys(Stream<String> lines) {
        return lines.filter(line -> line.matches("[a-z].*")).map(line -> line.substring(0, line.indexOf(':'))).toList();
    }

    private static Stream<String> lines(String file) {
        try {
            return Files.readAllLines(Path.of(file)).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aKeyGivenTwiceIsRefused() throws IOException {
        Optional<Path> file = file("steps: 1\nsteps: 2\n");
        assertTrue(assertThrows(InputException.class, () -> ConfigLayers.resolve(file, Map.of())).getMessage()
                .contains("steps"));
    }

    @Test
    void unknownExperimentListsTheKnownOnes() {
        String message = assertThrows(InputException.class,
                () -> ConfigLayers.resolve(Optional.empty(), Map.of("experiment", "unet4d"))).getMessage();
        assertTrue(message.contains("\"unet4d\"") && message.contains("unet3d-renorm-dice"), message);
    }
}
