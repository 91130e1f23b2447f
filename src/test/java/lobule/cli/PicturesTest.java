package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lobule.JavaProcess;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.image.NiftiWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that draw, where no picture can be drawn or written: they do everything else. */
class PicturesTest {
    /** Java finds no configuration of fonts, as on a machine that has no fontconfig. */
    private static final List<String> NO_FONTS = List.of("-Dsun.awt.fontconfig=/nonexistent");

    @TempDir
    private Path folder;

    @BeforeEach
    void writeCase() {
        LabelledVolume phantom = new Phantom(40, 40, 6, 1).generate(Arena.ofAuto());
        NiftiWriter.write(phantom.image(), folder.resolve("data/imagesTr/small.nii.gz"));
        NiftiWriter.write(phantom.mask(), folder.resolve("data/labelsTr/small.nii.gz"));
    }

    private String[] training() {
        return new String[] {"train", "--experiment", "unet2d-dropout-renorm-cce", "--data", file("data"), "--overfit",
                "--patch", "4x4", "--base-channels", "1", "--device", "reference", "--threads", "1", "--steps", "4",
                "--checkpoint-every", "1", "--out", file("run")};
    }

    private String file(String name) {
        return folder.resolve(name).toString();
    }

    private void assertTrained() throws IOException {
        assertEquals(4, Files.readAllLines(folder.resolve("run/metrics.jsonl")).size());
        for (String name : List.of("model.safetensors", "state.safetensors", "prediction.nii.gz")) {
            assertTrue(Files.size(folder.resolve("run").resolve(name)) > 0, name);
        }
    }

    private static long lines(String text, String start) {
        return text.lines().filter(line -> line.startsWith(start)).count();
    }

    @Test
    void aMachineWithoutFontsTrainsAndSaysOnceWhatIsMissing() throws Exception {
        JavaProcess.Answer answer = JavaProcess.run(NO_FONTS, Lobule.class, training());
        assertEquals(0, answer.status(), answer::text);
        assertEquals(1, lines(answer.text(), "warning "), answer::text);
        assertTrue(answer.text().contains("no picture can be drawn on this machine (Fontconfig head is null")
                && answer.text().contains("install fontconfig"), answer::text);
        assertEquals(0, lines(answer.text(), "curves ") + lines(answer.text(), "overlay "), answer::text);
        assertTrained();
        assertFalse(Files.exists(folder.resolve("run/progress.png")));
    }

    @Test
    void aMachineWithoutFontsDrawsPlans() throws Exception {
        JavaProcess.Answer answer = JavaProcess.run(NO_FONTS, Lobule.class, "plan", "--experiment",
                "unet2d-dropout-renorm-cce", "--patch", "4x4", "--device", "reference", "--picture", file("plan.svg"));
        assertEquals(0, answer.status(), answer::text);
        assertTrue(Files.readString(folder.resolve("plan.svg")).contains("</svg>"));
    }

    @Test
    void aPlaceThatIsTakenEndsNoRun() throws IOException {
        assertEquals(0, CommandRun.of(training()).code());
        Files.delete(folder.resolve("run/progress.png"));
        Files.createDirectories(folder.resolve("run/progress.png/full"));
        CommandRun resumed = CommandRun.of("train", "--resume", file("run"), "--steps", "6", "--device", "reference");
        assertEquals(0, resumed.code(), resumed::err);
        assertEquals(1, lines(resumed.out(), "warning "), resumed::out);
        assertTrue(resumed.out().contains(file("run/progress.png")), resumed::out);
    }
}
