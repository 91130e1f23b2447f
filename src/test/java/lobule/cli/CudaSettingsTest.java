package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import lobule.data.Phantom;
import lobule.device.DeviceUnavailableException;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.device.cuda.options.MathMode;
import lobule.image.NiftiWriter;
import lobule.inference.TinyModels;
import lobule.verification.FixtureCopy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a GPU is opened: by the settings of the run, with what is given beside them. */
class CudaSettingsTest {
    private static final String SETTINGS = """
            cuda:
              math: tf32
              deterministic: true
              workspace: 512
              cudnn: [norm]
            """;

    @TempDir
    private Path folder;

    @TempDir
    private static Path trained;

    private static Path model;

    private CudaOptions opened;

    @BeforeAll
    static void train() {
        model = TinyModels.in2D(trained);
    }

    /** Ends where the device is opened. */
    private void run(String... arguments) {
        Devices devices = (_, _, cuda) -> {
            opened = cuda;
            throw new DeviceUnavailableException("none here", null);
        };
        StringWriter text = new StringWriter();
        int status = Lobule.commandLine(devices).setOut(new PrintWriter(text)).setErr(new PrintWriter(text))
                .execute(arguments);
        assertEquals(Failure.BAD_INPUT, status, text.toString());
    }

    private void predict(FixtureCopy changed, String... options) {
        Path ct = folder.resolve("ct.nii.gz");
        NiftiWriter.write(new Phantom(20, 44, 2, 2).generate(Arena.ofAuto()).image(), ct);
        Path file = folder.resolve("changed.safetensors");
        changed.write(file);
        run(Stream.concat(Stream.of("predict", "--model", file.toString(), ct.toString()), Stream.of(options))
                .toArray(String[]::new));
    }

    private void assertOpened(MathMode math, boolean deterministic, OptionalLong workspace, Set<CudnnOp> ops) {
        assertEquals(math, opened.math());
        assertEquals(deterministic, opened.deterministic());
        assertEquals(workspace, opened.workspaceLimit());
        assertEquals(ops, opened.cudnnOps());
    }

    private String settings(String text) throws IOException {
        return Files.writeString(folder.resolve("settings.yaml"), text).toString();
    }

    @Test
    void settingsOfAFileHoldWhereNoOptionIsGiven() throws IOException {
        run("train", "--config", settings(SETTINGS));
        assertOpened(MathMode.TF32, true, OptionalLong.of(512L << 20), Set.of(CudnnOp.NORM));
        run("train", "--config", settings(SETTINGS), "--math", "fp32", "--no-deterministic", "--workspace", "0",
                "--cudnn", "pool,dropout");
        assertOpened(MathMode.FP32, false, OptionalLong.of(0), Set.of(CudnnOp.POOL, CudnnOp.DROPOUT));
    }

    @Test
    void withoutThemTheDefaultsHold() throws IOException {
        for (String[] command : new String[][] {{"train"}, {"train", "--config", settings("steps: 3")},
                {"verify", "src/test/resources/fixtures/unet2d-cce.safetensors"}}) {
            run(command);
            assertOpened(MathMode.FP32, false, OptionalLong.empty(), Set.of());
        }
    }

    /** What its machine had memory for, and what was to compare, is not the prediction's. */
    @Test
    void aPredictionRoundsAsTrainingDid() {
        FixtureCopy changed = new FixtureCopy(model);
        changed.metadata().merge("config", "", (config, _) -> {
            assertTrue(config.contains("math: fp32"), config);
            return config.replaceFirst("(?s)cuda:.*", SETTINGS);
        });
        predict(changed);
        assertOpened(MathMode.TF32, true, OptionalLong.empty(), Set.of());
        predict(changed, "--math", "fp32", "--workspace", "64");
        assertOpened(MathMode.FP32, true, OptionalLong.of(64L << 20), Set.of());
    }

    /** Of a version that did not note it. */
    @Test
    void aModelWithoutThemPredictsInFloat32() {
        FixtureCopy changed = new FixtureCopy(model);
        changed.metadata().merge("config", "", (config, _) -> config.replaceFirst("(?s)cuda:.*", ""));
        predict(changed);
        assertOpened(MathMode.FP32, false, OptionalLong.empty(), Set.of());
    }
}
