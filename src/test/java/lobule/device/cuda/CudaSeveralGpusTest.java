package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import lobule.device.cuda.simulator.SimulatorProcess;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** GPUs side by side: each keeps its own things, and a look at one disturbs no other. */
class CudaSeveralGpusTest {
    @BeforeAll
    static void onTheSimulatedOne() {
        SimulatedGpu.requireSimulated();
        SimulatorProcess.assumeBuildable();
    }

    @Test
    void oneThreadUsesTwoGpusAndLooksAtBoth() throws Exception {
        SimulatorProcess.Answer answer = SimulatorProcess.java(
                Map.of("SIMGPU_DEVICES", "2", "SIMGPU_LIBRARY_MEMORY", "context=300MiB"), TwoGpus.class);
        assertEquals(0, answer.status(), answer.text());
        List<String> trained = answer.text().lines().filter(line -> line.matches("(first|second)( \\D+)? -?\\d+"))
                .toList();
        assertEquals(6, trained.size(), answer.text());
        Set<String> bits = trained.stream().map(line -> line.replaceFirst(".* ", "")).collect(Collectors.toSet());
        assertEquals(1, bits.size(), answer.text());
        assertTrue(answer.text().contains("a look takes 0"), answer.text());
    }
}
