package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.device.cuda.SimulatedGpu;
import lobule.image.NiftiWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A resumed run on a GPU goes on with the algorithms that are in its folder, and says so. */
class CudaResumeTest {
    @TempDir
    private Path folder;

    private String out;
    private String err;

    @BeforeEach
    void run() {
        SimulatedGpu.require();
        LabelledVolume phantom = new Phantom(40, 40, 6, 1).generate(Arena.ofAuto());
        NiftiWriter.write(phantom.image(), folder.resolve("data/imagesTr/small.nii.gz"));
        NiftiWriter.write(phantom.mask(), folder.resolve("data/labelsTr/small.nii.gz"));
        assertEquals(0, train("--experiment", "unet2d-dropout-renorm-cce", "--data",
                folder.resolve("data").toString(), "--overfit", "--patch", "4x4", "--base-channels", "1", "--device",
                "cuda", "--deterministic", "--steps", "1", "--out", path()), () -> err);
    }

    private String path() {
        return folder.resolve("run").toString();
    }

    private Path record() {
        return folder.resolve("run/algorithms.json");
    }

    private int train(String... options) {
        List<String> arguments = new ArrayList<>(List.of("train"));
        arguments.addAll(List.of(options));
        StringWriter outText = new StringWriter();
        StringWriter errText = new StringWriter();
        int status = Lobule.commandLine(Devices.installed()).setOut(new PrintWriter(outText, true))
                .setErr(new PrintWriter(errText, true)).execute(arguments.toArray(String[]::new));
        out = outText.toString();
        err = errText.toString();
        return status;
    }

    private String resumed(String... options) {
        List<String> all = new ArrayList<>(List.of("--resume", path(), "--deterministic", "--steps", "2"));
        all.addAll(List.of(options));
        assertEquals(0, train(all.toArray(String[]::new)), () -> err);
        return out.lines().filter(line -> line.startsWith("gpu ")).findFirst().orElseThrow();
    }

    @Test
    void algorithmsAreTakenAgain() throws IOException {
        assertTrue(out.matches("(?s).*\ngpu      algorithms of \\d+ convolutions chosen\n.*"), out);
        String before = Files.readString(record());
        assertTrue(resumed().matches("gpu      algorithms of \\d+ convolutions as recorded in the run's folder"), out);
        assertEquals(before, Files.readString(record()));
    }

    /** The workspace as the card was given it; a later change is in the history. */
    @Test
    void howTheGpuComputesIsInTheSettings() throws IOException {
        String settings = Files.readString(folder.resolve("run/config.yaml"));
        assertTrue(settings.contains("cuda:\n  math: fp32\n  deterministic: true\n  workspace: 256\n  cudnn: []\n"),
                settings);
        assertEquals(0, train("--resume", path(), "--steps", "2"), () -> err);
        assertTrue(out.contains(", FP32, deterministic\n"), out);
        assertEquals(0, train("--resume", path(), "--steps", "3", "--workspace", "64"), () -> err);
        assertTrue(out.contains("note     cuda.workspace is 64 from step 3 on, and was 256"), out);
    }

    @Test
    void thoseOfAnotherCudnnAreChosenAnew() throws IOException {
        String before = Files.readString(record());
        Files.writeString(record(), before.replaceFirst("cuDNN [0-9.]+", "cuDNN 9.0.0"));
        assertTrue(resumed().matches("gpu      algorithms of \\d+ convolutions chosen anew: the recorded ones are for"
                + " .*, cuDNN 9.0.0, and this is .*"), out);
        assertEquals(before, Files.readString(record()));
    }

    @Test
    void anotherPatchKeepsWhatFits() {
        assertTrue(resumed("--patch", "12x12").matches("gpu      algorithms of .*convolutions chosen anew: none is"
                + " recorded for .* \\(another patch, network or --math\\)"), out);
    }

    @Test
    void aDamagedRecordIsRefusedBeforeAnythingIsWritten() throws IOException {
        String whole = Files.readString(record());
        String metrics = Files.readString(folder.resolve("run/metrics.jsonl"));
        for (String damaged : List.of("", "{}", "no json", "null", "[]",
                whole.replaceFirst("(?<=\"workspace_bytes\" : )\\d+", "9223372036854775807"),
                whole.substring(0, whole.length() / 2),
                whole.replace("\"cudnn\"", "\"cupid\""), whole.replaceFirst(",\\s+\"deterministic\" : true", ""),
                whole.replaceFirst("\"algorithm\" : \\d", "\"algorithm\" : \"best\""))) {
            Files.writeString(record(), damaged);
            assertEquals(Failure.BAD_INPUT, train("--resume", path(), "--steps", "2"), damaged);
            assertTrue(err.contains("algorithms.json: ")
                    && err.contains("remove the file to have") && err.lines().count() == 1, err);
            assertEquals(damaged, Files.readString(record()));
        }
        assertEquals(metrics, Files.readString(folder.resolve("run/metrics.jsonl")));
    }

    @Test
    void onAnotherDeviceTheRecordIsLeftAlone() throws IOException {
        String before = Files.readString(record());
        assertEquals(0, train("--resume", path(), "--steps", "2", "--device", "reference"), err);
        assertTrue(out.contains("algorithms.json is left as it is: device reference does not use it"), out);
        assertEquals(before, Files.readString(record()));
    }
}
