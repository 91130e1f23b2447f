package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import lobule.device.cuda.simulator.SimulatorProcess;
import lobule.verification.Fixtures;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recorded steps are judged by the row of the table that the GPU's factors have, whatever was asked for. */
class RoundedStepTest {
    @BeforeAll
    static void compilerIsThere() {
        SimulatorProcess.assumeBuildable();
    }

    @ParameterizedTest
    @CsvSource({"8.0, 3e-02", "6.1, 1e-04"})
    void stepsAreJudgedAsTheyAreComputed(String capability, String tolerance) throws Exception {
        SimulatorProcess.Answer answer = SimulatorProcess.java(Map.of("SIMGPU_COMPUTE", capability), Lobule.class,
                "verify", "--device", "cuda", "--math", "tf32", Fixtures.smallest().toString());
        assertEquals(0, answer.status(), answer.text());
        assertTrue(answer.text().matches("(?s).*logits +[0-9.e-]+ +" + tolerance + " .*"), answer.text());
    }
}
