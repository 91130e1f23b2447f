package lobule.firsthour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found on a machine without asking anyone, and what is taken of it. */
class SiteTest {
    @TempDir
    private Path folder;

    private Path file(String name) throws IOException {
        Path file = folder.toRealPath().resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "#!/bin/sh\n");
    }

    private Site site(Map<String, String> more) {
        Map<String, String> environment = new HashMap<>(Map.of("PATH", "", "HOME", folder.resolve("home").toString()));
        environment.putAll(more);
        return Site.of(folder, folder, environment);
    }

    @Test
    void packagesOfNvidiaAreTakenTogether() throws IOException {
        Path nvidia = file("venv/lib/python3.12/site-packages/nvidia/cudnn/lib/libcudnn.so.9").getParent().getParent()
                .getParent();
        file("venv/lib/python3.12/site-packages/nvidia/cudnn/lib/libcudnn_ops.so.9");
        file("venv/lib/python3.12/site-packages/nvidia/cu13/lib/libcublas.so.13");
        file("venv/lib/python3.12/site-packages/nvidia/nothing/include/nothing.h");
        Site site = site(Map.of("VIRTUAL_ENV", folder.resolve("venv").toString()));
        assertEquals(List.of(nvidia.resolve("cu13/lib"), nvidia.resolve("cudnn/lib")), site.libraries().folders());
        assertEquals("Python packages in " + nvidia, site.libraries().source());
        assertEquals(List.of("libcudnn.so.9", "libcudnn_ops.so.9"), site.libraries().cudnn(site.environment()).stream()
                .map(library -> library.getFileName().toString()).toList());
        assertEquals(nvidia.resolve("cu13/lib") + ":" + nvidia.resolve("cudnn/lib"), site.withLibraries(
                Step.of("step", 1, List.of("true"))).environment().get("LOBULE_CUDA_LIBRARIES"));
    }

    @Test
    void packagesBesideAPythonOnThePathAreFound() throws IOException {
        Files.setPosixFilePermissions(file("conda/bin/python3"), Set.of(
                PosixFilePermission.OWNER_READ,
                PosixFilePermission.OWNER_EXECUTE));
        Path library = file("conda/lib/python3.13/site-packages/nvidia/cudnn/lib/libcudnn.so.9");
        assertEquals(List.of(library.getParent()),
                site(Map.of("PATH", folder.resolve("conda/bin").toString())).libraries().folders());
    }

    @Test
    void whatTheEnvironmentNamesComesFirst() throws IOException {
        file("venv/lib/python3.12/site-packages/nvidia/cudnn/lib/libcudnn.so.9");
        String environment = folder.resolve("venv").toString();
        assertEquals(List.of(Path.of("/opt/cuda")), site(Map.of("VIRTUAL_ENV", environment, "LOBULE_CUDA_LIBRARIES",
                "/opt/cuda")).libraries().folders());
        Path own = file("own/libcudnn.so.9").getParent();
        Site linked = site(Map.of("VIRTUAL_ENV", environment, "LD_LIBRARY_PATH", own.toString()));
        assertEquals(List.of(), linked.libraries().folders());
        assertTrue(linked.libraries().source().startsWith("LD_LIBRARY_PATH"), linked.libraries().source());
    }

    @Test
    void withoutTorchEveryStepOfThePeerSaysSo() {
        List<Step> steps = new PeerSteps(site(Map.of()), Sizes.SEED, Optional.empty(), true).all();
        assertTrue(steps.size() > 10, steps::toString);
        assertTrue(steps.stream().allMatch(step -> step.obstacle().startsWith("there is no Python with PyTorch")));
    }

    @Test
    void peersAreComparedTurnByTurn() {
        List<StepResult> results = List.of(turn("peer-tf32-1", 0.25), turn("ours-tf32-1", 0.5),
                turn("peer-tf32-2", 0.75), turn("ours-tf32-2", 1), turn("peer-bf16-1", 0.25), turn("peer-fp32-1", 1));
        assertEquals(List.of(new PeerComparison.Row(PeerMath.TF32, PeerMath.TF32, 0.5, 0.75, 1.5),
                new PeerComparison.Row(PeerMath.BF16, PeerMath.TF32, 0.25, 0.75, 3)),
                PeerComparison.rows(results));
    }

    private static StepResult turn(String name, double seconds) {
        return StepResult.pending(Step.of(name, 1, List.of("true"))).with(Map.of(RunFigures.MEDIAN, seconds));
    }
}
