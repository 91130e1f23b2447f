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
    private static final String[] SELF_TEST_BY_TIME = {"devices", "--self-test", "--small", "--device", "cuda"};

    @BeforeAll
    static void compilerIsThere() {
        SimulatorProcess.assumeBuildable();
    }

    private static SimulatorProcess.Answer run(Map<String, String> environment, String... more) throws Exception {
        return command(environment, SELF_TEST, more);
    }

    private static SimulatorProcess.Answer runByTime(Map<String, String> environment, String... more) throws Exception {
        return command(environment, SELF_TEST_BY_TIME, more);
    }

    private static SimulatorProcess.Answer command(Map<String, String> environment, String[] command, String... more)
            throws Exception {
        return SimulatorProcess.java(environment, Lobule.class,
                Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new));
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
    @Test
    void aWrongAlgorithmIsNamedWhereFactorsAreRoundedToo() throws Exception {
        SimulatorProcess.Answer answer = run(Map.of("SIMGPU_WRONG", "forward:1", "SIMGPU_COMPUTE", "8.0"), "--math",
                "tf32");
        assertEquals(Failure.CHECK_FAILED, answer.status(), answer.text());
        assertEquals(2, failures(answer).size(), answer.text());
        assertTrue(failures(answer).getFirst().startsWith("  small 3D  "), answer.text());
        assertTrue(failures(answer).getLast().startsWith("  small 2D  "), answer.text());
    }

    /** There, what is timed with TF32 is faster and wants another workspace; an algorithm that fails is left out. */
    @Test
    void whatIsTimedInFloat32IsComputedSoOnTensorCoresToo() throws Exception {
        SimulatorProcess.Answer answer = runByTime(Map.of("SIMGPU_COMPUTE", "8.0", "SIMGPU_FIND_FAILS",
                "data:0:ALLOC_FAILED,filter:0:INTERNAL"));
        assertEquals(0, answer.status(), answer.text());
        assertTrue(answer.text().matches("(?s).* small 3D +data .* ok   cuDNN algorithm 1\n.*"), answer.text());
        assertTrue(answer.text().matches("(?s).* small 3D +weights .* ok   cuDNN algorithm 3\n.*"), answer.text());
    }

    @Test
    void factorsAreRoundedWhereTheyMay() throws Exception {
        SimulatorProcess.Answer answer = runByTime(Map.of("SIMGPU_COMPUTE", "8.0"), "--math", "tf32");
        assertEquals(0, answer.status(), answer.text());
        assertEquals(15, answer.text().lines().filter(line -> line.matches(".*error [1-9].[0-9]e-0[34] of .* ok .*"))
                .count(), answer.text());
    }

    @Test
    void whereNothingCanBeTimedTheGuessIsTakenAndThatIsSaid() throws Exception {
        SimulatorProcess.Answer answer = runByTime(Map.of("SIMGPU_FIND_FAILS", "forward:EXECUTION_FAILED"));
        assertEquals(0, answer.status(), answer.text());
        assertTrue(answer.text().contains("cudnnFindConvolutionForwardAlgorithmEx failed with status 5000 "
                + "(CUDNN_STATUS_EXECUTION_FAILED) for (1x8x12x13x14) by (16x8x3x3x3); its own guess is taken"),
                answer.text());
    }

    @Test
    void transformedFactorsMayErrMore() throws Exception {
        SimulatorProcess.Answer answer = run(Map.of("SIMGPU_ROUNDING", "transforms"));
        assertEquals(0, answer.status(), answer.text());
        assertTrue(answer.text().contains(" ok   cuDNN algorithm 6"), answer.text());
    }

    /** Of a cuDNN that is known for it; what agrees with a second algorithm is taken all the same. */
    @Test
    void aWrongAlgorithmOfASuspectedCudnnIsNotTaken() throws Exception {
        SimulatorProcess.Answer answer = run(Map.of("SIMGPU_WRONG", "forward:1:tf32", "SIMGPU_COMPUTE", "8.0",
                "SIMGPU_CUDNN", "9.12.0"), "--math", "tf32");
        String forward = answer.text().lines().filter(line -> line.startsWith("  small 3D         forward"))
                .findFirst().orElseThrow(() -> new AssertionError(answer.text()));
        assertTrue(forward.contains(" ok ") && !forward.endsWith("algorithm 1"), answer.text());
        assertTrue(answer.text().contains("cuDNN algorithm 1 in TF32 is left out for forward (1x8x12x13x14) by "
                + "(16x8x3x3x3): it is off by "), answer.text());
        assertTrue(answer.text().matches("(?s).* small 3D +data +error [0-9.]+e-0[34] .* ok .*"), answer.text());
        assertTrue(failures(answer).stream().allMatch(line -> line.startsWith("  small 2D  ")), answer.text());
    }
}
