package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import lobule.device.cuda.SimulatedGpu;
import lobule.file.Document;
import lobule.file.DocumentFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run on a GPU leaves beside its model: the memory it took, and where the time went. */
class CudaRunFilesTest {
    @TempDir
    private Path folder;

    private Document file(String name) {
        return DocumentFormat.JSON.read(folder.resolve("run").resolve(name));
    }

    @Test
    void memoryAndProfileAreForPrograms() {
        SimulatedGpu.requireSimulated();
        CommandRun run = CommandRun.of("train", "--experiment", "unet2d-dropout-renorm-cce", "--data", "phantom",
                "--overfit", "--device", "cuda", "--deterministic", "--profile", "--patch", "4x4", "--base-channels",
                "1", "--steps", "1", "--out", folder.resolve("run").toString());
        assertEquals(0, run.code(), run.err());
        Document memory = file("memory.json");
        // kernels took their tables when they were prepared; the simulated libraries take nothing themselves
        assertEquals(bytes(memory, "planned_bytes"),
                bytes(memory, "free_opened_bytes") - bytes(memory, "free_taken_bytes"));
        assertEquals(bytes(memory, "taken_bytes"),
                bytes(memory, "free_prepared_bytes") - bytes(memory, "free_taken_bytes"));
        assertTrue(bytes(memory, "free_opened_bytes") >= bytes(memory, "free_prepared_bytes"));
        assertTrue(bytes(memory, "free_taken_bytes") >= bytes(memory, "free_now_bytes"));

        Document profile = file("profile.json");
        List<Document> launches = profile.at("launches").list();
        Document convolution = launches.stream().filter(launch -> launch.at("node").text().equals("encoder.0.conv2"))
                .findFirst().orElseThrow();
        assertEquals(List.of(1L, 1L, 90L, 90L), convolution.at("first_input").list().stream()
                .map(size -> size.wholeNumber(1, Long.MAX_VALUE)).toList());
        assertEquals(2L * 2 * 9 * 88 * 88, bytes(convolution, "flop"));
        double seconds = launches.stream().mapToDouble(launch -> launch.at("seconds").number()).sum();
        assertTrue(seconds > 0 && seconds <= profile.at("seconds").number(), () -> "launches took " + seconds);
    }

    private static long bytes(Document document, String key) {
        return document.at(key).wholeNumber(0, Long.MAX_VALUE);
    }
}
