package lobule.device.cuda.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulated CUDA device: its interpreter, and JCuda's real natives on it, right programs and faulty ones. */
final class SimulatorTest {
    /** The exit status of a process whose device saw a fault, whatever the program itself made of it. */
    private static final int FAULT = 86;

    @BeforeAll
    static void compilerIsThere() {
        SimulatorProcess.assumeBuildable();
    }

    private static SimulatorProcess.Answer run(String program, Map<String, String> environment) throws Exception {
        String kernels = SimulatorProcess.file("ptx", "samples.ptx").toString();
        return SimulatorProcess.java(environment, DeviceProgram.class, program, kernels);
    }

    @Test
    void interpreterComputesWhatPtxSays() throws Exception {
        SimulatorProcess.Answer answer = SimulatorProcess.run(Map.of(), List.of("sh", "-c",
                "exec \"${LD_LIBRARY_PATH%%:*}/interpreter_test\" " + SimulatorProcess.file("tests")));
        assertEquals(0, answer.status(), answer.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"vector-add", "convolution", "norm", "algorithms", "matrix-product"})
    void rightProgramsRun(String program) throws Exception {
        SimulatorProcess.Answer answer = run(program, Map.of());
        assertEquals(0, answer.status(), answer.text());
        assertTrue(answer.text().contains("done"), answer.text());
    }

    @Test
    void rightProgramsRunInTheLatestOrder() throws Exception {
        SimulatorProcess.Answer answer = run("two-streams", Map.of("SIMGPU_ORDER", "lazy"));
        assertEquals(0, answer.status(), answer.text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            out-of-bounds      | global write of 4 bytes out of bounds | kernel write_at | st.global.u32 [%rd5], %r1;
            misaligned         | misaligned write of 4 bytes           | kernel write_at | st.global.u32 [%rd5], %r1;
            unwritten          | never written                         | kernel read_at  | ld.global.u32 %r2, [%rd5];
            use-after-free     | global read of 4 bytes after the free | kernel read_at  | ld.global.u32 %r2, [%rd5];
            shared-race        | race on shared memory                 | kernel shared_race | ld.shared.u32 %r1, [%r5];
            block-race         | race between blocks: write at        | kernel block_race | st.global.u32 [%rd3], %r1;
            divergent-barrier  | barrier in divergent code             | kernel divergent_barrier | bar.sync 0;
            """)
    void faultsOfKernelsNameKernelThreadAndLine(String program, String fault, String kernel, String line)
            throws Exception {
        SimulatorProcess.Answer answer = run(program, Map.of());
        assertEquals(FAULT, answer.status(), answer.text());
        for (String part : new String[] {fault, kernel, "thread (", "PTX line", line}) {
            assertTrue(answer.text().contains(part), "no '" + part + "' in: " + answer.text());
        }
    }

    @Test
    void racesBetweenBlocksNameBothAndCanBeLeftUnseen() throws Exception {
        SimulatorProcess.Answer answer = run("block-race", Map.of());
        for (String part : List.of("block_race, block \\([0-4],0,0\\)", "which block \\([0-4],0,0\\) wrote to")) {
            assertTrue(Pattern.compile(part).matcher(answer.text()).find(), answer.text());
        }
        SimulatorProcess.Answer unseen = run("block-race", Map.of("SIMGPU_RACES", "0"));
        assertEquals(0, unseen.status(), unseen.text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            unwritten-download | byte 0 of 8 was never written
            double-free        | double free
            leak               | leak: allocation 1, 12345 bytes
            missing-wait       | never written
            """)
    void faultsOfCallsEndTheProcessBadly(String program, String fault) throws Exception {
        Map<String, String> lazy = Map.of("SIMGPU_ORDER", "lazy");
        SimulatorProcess.Answer answer = run(program, lazy);
        assertEquals(FAULT, answer.status(), answer.text());
        assertTrue(answer.text().contains(fault), answer.text());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            small-workspace    | algorithm 1 needs a workspace of 768 bytes, 767 are given
            workspace-of-another-type | algorithm 1 needs a workspace of 1024 bytes, 768 are given
            wrong-descriptor   | y is 1x3x2x3x5 where x 1x2x4x5x6 and filter 3x2x3x3x3 give 1x3x2x3x4
            wrong-norm         | scale and statistics are 1x2x1x1x1 where x is 1x3x2x3x4
            out-of-memory      | CUDA_ERROR_OUT_OF_MEMORY
            unknown-instruction | PTX line 8, 'wmma.load %r1;': unknown instruction 'wmma'
            """)
    void wrongCallsAreRefused(String program, String reason) throws Exception {
        SimulatorProcess.Answer answer = run(program, Map.of());
        assertNotEquals(0, answer.status(), answer.text());
        assertTrue(answer.text().contains(reason), answer.text());
    }

    /** The CUDA programming guide says of each, under several devices, that it fails. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            function | CUDA_ERROR_INVALID_HANDLE       | the function belongs to a module of another context
            stream   | CUDA_ERROR_INVALID_HANDLE       | the stream belongs to another context
            event    | CUDA_ERROR_INVALID_HANDLE       | event and stream are of different contexts
            released | CUDA_ERROR_CONTEXT_IS_DESTROYED | a primary one that was released
            memory   | CUDA_ERROR_ILLEGAL_ADDRESS      | out of bounds
            cudnn    | cudnnStatus: 2007               | of another context than the handle
            cublas   | CUBLAS_STATUS_EXECUTION_FAILED  | the handle was made in another context
            """)
    void whatBelongsToOneDeviceIsOfNoUseOnAnother(String program, String error, String reason) throws Exception {
        String kernels = SimulatorProcess.file("ptx", "samples.ptx").toString();
        SimulatorProcess.Answer answer = SimulatorProcess.java(Map.of("SIMGPU_DEVICES", "2"), TwoDevicesProgram.class,
                program, kernels);
        assertNotEquals(0, answer.status(), answer.text());
        assertTrue(answer.text().contains(error) && answer.text().contains(reason), answer.text());
    }

    @Test
    void aContextThatALibraryHasSeenStays() throws Exception {
        String kernels = SimulatorProcess.file("ptx", "samples.ptx").toString();
        SimulatorProcess.Answer answer = SimulatorProcess.java(Map.of("SIMGPU_DEVICES", "2"), TwoDevicesProgram.class,
                "kept", kernels);
        assertEquals(0, answer.status(), answer.text());
        assertTrue(answer.text().contains("unseen and active 0") && answer.text().contains("seen and active 1"),
                answer.text());
    }

    @Test
    void capacityIsWhatTheVariableSays() throws Exception {
        assertEquals(0, run("one-gibibyte", Map.of("SIMGPU_MEMORY", "1GiB")).status());
        SimulatorProcess.Answer answer = run("one-gibibyte", Map.of("SIMGPU_MEMORY", "1023MiB"));
        assertTrue(answer.text().contains("CUDA_ERROR_OUT_OF_MEMORY"), answer.text());
    }
}
