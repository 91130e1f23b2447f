package lobule.firsthour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lobule.JavaProcess;
import lobule.cli.Lobule;
import lobule.device.cuda.simulator.SimulatorProcess;
import lobule.file.Document;
import lobule.file.DocumentFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first hour on the simulated GPU, from a folder that is laid out as the portable image. */
class FirstHourTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void layOutTheImage() throws IOException {
        SimulatorProcess.assumeBuildable();
        Path image = Files.createDirectories(folder.resolve("image/src/test"));
        Files.createSymbolicLink(image.resolve("resources"), Path.of("src/test/resources").toAbsolutePath());
        Files.createSymbolicLink(folder.resolve("image/peer"), Path.of("src/portable/peer").toAbsolutePath());
        Files.createSymbolicLink(folder.resolve("image/kernels"), Path.of("kernels").toAbsolutePath());
        launcher("lobule", Lobule.class.getName());
        launcher("gpu-tests", "lobule.GpuTests");
    }

    private void launcher(String name, String program) throws IOException {
        String command = JavaProcess.command(JavaProcess.FLAGS, Lobule.class).stream()
                .map(part -> part.equals(Lobule.class.getName()) ? program : part)
                .map(part -> "'" + part + "'").collect(Collectors.joining(" "));
        Path file = Files.writeString(folder.resolve("image").resolve(name),
                "#!/bin/sh\nexec " + command + " \"$@\"\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    /** @param within a command that runs the rest of its arguments */
    private Map<String, Document> run(int status, List<String> within, String... arguments)
            throws IOException, InterruptedException {
        String[] all = Stream.concat(Stream.of("--rehearse", "--image", folder.resolve("image").toString(), "--out",
                folder.resolve("out").toString()), Stream.of(arguments)).toArray(String[]::new);
        SimulatorProcess.Answer answer = SimulatorProcess.run(Map.of("SIMGPU_COMPUTE", "9.0"), Stream.concat(
                within.stream(), JavaProcess.command(List.of(), FirstHour.class, all).stream()).toList());
        assertEquals(status, answer.status(), answer.text());
        return DocumentFormat.JSON.read(folder.resolve("out/ours.json")).at("steps").list().stream()
                .collect(Collectors.toMap(step -> step.at("name").text(), step -> step));
    }

    private static String outcome(Document step) {
        return step.at("outcome").text();
    }

    @Test
    void runsOnTheSimulatedGpu() throws Exception {
        Map<String, Document> steps = run(0, List.of(), "--part", "ours", "--only",
                "ldd,devices,step-tf32-large,gpu-tests");
        assertTrue(steps.values().stream().allMatch(step -> outcome(step).equals("passed")), steps::toString);
        Document figures = steps.get("step-tf32-large").at("figures");
        assertEquals(4, figures.at("step_seconds").list().size());
        assertTrue(figures.at("median_step_seconds").number() > 0);
        Document memory = figures.at("memory");
        double taken = memory.at("free_opened_bytes").number() - memory.at("free_taken_bytes").number();
        assertEquals(memory.at("planned_bytes").number(), taken, "the simulated libraries take nothing themselves");
        assertTrue(figures.at("algorithms").at("choices").entries().size() > 10);
    }

    @Test
    @Tag("slow")
    void runsWholeOnTheSimulatedGpu() throws Exception {
        Map<String, Document> steps = run(0, List.of(), "--part", "ours");
        steps.remove("nvidia-smi");
        steps.remove("ptxas-sm_90");
        assertTrue(steps.values().stream().allMatch(step -> outcome(step).equals("passed")), steps::toString);
        assertTrue(steps.get("profile-tf32").at("figures").at("products").list().size() > 40);
    }

    @Test
    void withoutCudnnItSaysSoAndGoesOn() throws Exception {
        Path driver = Files.createDirectories(folder.resolve("driver"));
        Files.createSymbolicLink(driver.resolve("libcuda.so.1"),
                Path.of("target/simulator/libcuda.so.1").toAbsolutePath());
        Map<String, Document> steps = run(1, List.of("env", "LD_LIBRARY_PATH=" + driver), "--part", "ours", "--only",
                "devices,self-test-small");
        assertEquals("passed", outcome(steps.get("devices")));
        assertEquals("failed", outcome(steps.get("self-test-small")));
        assertTrue(steps.get("self-test-small").at("message").text().contains("libcudnn.so.9 could not be loaded"),
                steps::toString);
    }
}
