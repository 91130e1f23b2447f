package lobule.device.cuda;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.nn.Recompute;
import lobule.verification.Fixtures;
import lobule.verification.StepFixture;
import lobule.verification.StepReport;
import lobule.verification.StepVerification;
import lobule.verification.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole training steps as recorded elsewhere. */
class CudaStepTest {
    static Stream<Path> fixtures() {
        return Stream.concat(Fixtures.in2D().stream(), Fixtures.in3D().stream());
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void aRecordedStepIsReproduced(Path file) {
        assertReproduced(file, SimulatedGpu.options());
    }

    @Test
    void aRecordedStepIsReproducedWithTheNormalisationOfCudnn() {
        assertReproduced(Fixtures.smallest(), SimulatedGpu.options().withCudnnOps(Set.of(CudnnOp.NORM)));
    }

    private static void assertReproduced(Path file, CudaOptions options) {
        try (StepFixture fixture = StepFixture.open(file); CudaDevice device = SimulatedGpu.open(options)) {
            StepReport report = StepVerification.run(device, fixture, Tolerance.FLOAT32, Recompute.NONE);
            assertTrue(report.passed(), report::toString);
        }
    }
}
