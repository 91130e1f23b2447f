package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lobule.device.cuda.simulator.SimulatorProcess;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The self-test passes what is right, and finds and names an algorithm that is not; on the simulated GPU. */
class SelfTestTest {
    private static final String[] SELF_TEST = {"devices", "--self-test", "--small", "--device", "cuda",
        "--deterministic"};

    @BeforeAll
    static void compilerIsThere() {
        SimulatorProcess.assumeBuildable();
    }

    private static SimulatorProcess.Answer run(Map<String, String> environment, String... more) throws Exception {
        return SimulatorProcess.java(environment, Lobule.class,
                Stream.concat(Stream.of(SELF_TEST), Stream.of(more)).toArray(String[]::new));
    }

    private static List<String> failures(SimulatorProcess.Answer answer) {
        return answer.text().lines().filter(line -> line.contains("FAIL")).toList();
    }

    @Test
    void rightAlgorithmsPass() throws Exception {
        SimulatorProcess.Answer answer = run(Map.of());
        assertEquals(0, answer.status(), answer.text());
        assertEquals(15, answer.text().lines().filter(line -> line.contains(" ok ")).count(), answer.text());
        assertTrue(answer.text().contains("cuBLAS"), answer.text());
    }

    @ParameterizedTest
    @CsvSource({"forward, 1", "data, 1", "filter, 1"})
    void aWrongAlgorithmIsNamed(String pass, int algorithm) throws Exception {
        SimulatorProcess.Answer answer = run(Map.of("SIMGPU_WRONG", pass + ":" + algorithm));
        assertEquals(Failure.CHECK_FAILED, answer.status(), answer.text());
        String name = pass.equals("filter") ? "weights" : pass;
        assertEquals(1, failures(answer).size(), answer.text());
        assertTrue(failures(answer).getFirst().matches("  small 3D +" + name + " .*FAIL cuDNN algorithm " + algorithm),
                answer.text());
    }

    /** One per cent is above what factors of 11 bits explain, though not by much. */
    @ParameterizedTest
    @CsvSource({"forward", "data", "filter"})
    void aWrongAlgorithmIsNamedWhereFactorsAreRoundedToo(String pass) throws Exception {
        SimulatorProcess.Answer answer = run(Map.of("SIMGPU_WRONG", pass + ":1", "SIMGPU_COMPUTE", "8.0"), "--math",
                "tf32");
        assertEquals(Failure.CHECK_FAILED, answer.status(), answer.text());
        assertEquals(1, failures(answer).size(), answer.text());
        assertTrue(failures(answer).getFirst().startsWith("  small 3D  "), answer.text());
    }
}
