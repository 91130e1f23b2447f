package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import lobule.JavaProcess;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.image.NiftiWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterruptionTest {
    private static final long LIMIT_SECONDS = 60;

    @TempDir
    private Path folder;

    @Test
    void theWarningBeforeATimeLimitEndsARunWithItsCheckpoint() throws IOException, InterruptedException {
        LabelledVolume phantom = new Phantom(40, 40, 6, 1).generate(Arena.ofAuto());
        NiftiWriter.write(phantom.image(), folder.resolve("data/imagesTr/small.nii.gz"));
        NiftiWriter.write(phantom.mask(), folder.resolve("data/labelsTr/small.nii.gz"));
        Path run = folder.resolve("run");
        Path output = folder.resolve("output.txt");
        Process training = new ProcessBuilder(JavaProcess.command(JavaProcess.FLAGS, Lobule.class, "train",
                "--experiment", "unet2d-dropout-renorm-cce", "--data", folder.resolve("data").toString(), "--overfit",
                "--patch", "4x4", "--base-channels", "1", "--device", "reference", "--threads", "1",
                "--steps", "1000000", "--checkpoint-every", "1000000", "--out", run.toString()))
                .redirectErrorStream(true).redirectOutput(output.toFile()).start();
        try {
            awaitStep(training, run.resolve("metrics.jsonl"));
            JavaProcess.run(List.of("kill", "-USR1", Long.toString(training.pid())));
            assertTrue(training.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "does not end");
        } finally {
            training.destroyForcibly();
        }
        String text = Files.readString(output);
        assertTrue(text.contains("stopping after this step"), text);
        assertEquals(128 + 10, training.exitValue(), text);
        long reached = Files.readAllLines(run.resolve("metrics.jsonl")).size();
        JavaProcess.Answer resumed = JavaProcess.run(JavaProcess.FLAGS, Lobule.class, "train", "--resume",
                run.toString(), "--steps", Long.toString(reached + 1));
        assertEquals(0, resumed.status(), resumed.text());
        assertEquals(reached + 1, Files.readAllLines(run.resolve("metrics.jsonl")).size());
    }

    private static void awaitStep(Process training, Path metrics) throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(LIMIT_SECONDS).toNanos();
        while (Files.notExists(metrics) || Files.size(metrics) == 0) {
            assertTrue(training.isAlive() && System.nanoTime() < end, "no step is done");
            Thread.sleep(20);
        }
    }
}
