package lobule.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lobule.device.Device;
import lobule.nn.Recompute;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole training steps against recorded ones. */
class StepVerificationTest {

    static Stream<Arguments> stepsIn2D() {
        return TestDevice.all().stream().flatMap(device -> Fixtures.in2D().stream().map(
                file -> Arguments.of(device, file)));
    }

    static Stream<TestDevice> devices() {
        return TestDevice.all().stream();
    }

    @ParameterizedTest
    @MethodSource("stepsIn2D")
    void stepsIn2DAreReproduced(TestDevice device, Path file) {
        assertReproduced(device, file);
    }

    @ParameterizedTest
    @MethodSource("devices")
    void stepsIn3DAreReproduced(TestDevice device) {
        Fixtures.in3D().forEach(file -> assertReproduced(device, file));
    }

    private static void assertReproduced(TestDevice device, Path file) {
        try (Device open = device.open(); StepFixture fixture = StepFixture.open(file)) {
            StepReport report = StepVerification.run(open, fixture, Tolerance.FLOAT32, Recompute.NONE);
            assertEquals(Set.of(), failed(report), file + " on " + device + ": " + report);
            assertTrue(report.passed());
            assertEquals(List.of(), fixture.unused());
        }
    }

    /** A comparison without elements, or of the wrong ones, would pass unseen. */
    @Test
    void everyTensorIsCompared() {
        try (Device device = TestDevice.all().getFirst().open();
                StepFixture fixture = StepFixture.open(Fixtures.smallest())) {
            StepReport report = StepVerification.run(device, fixture, Tolerance.FLOAT32, Recompute.NONE);
            // 14 convolutions, 3 up-convolutions, 14 norms of 2, head of 2; 28 running statistics.
            assertEquals(47, count(report, "gradient of "));
            assertEquals(47, count(report, "update of "));
            assertEquals(28, count(report, "") - 94);
            assertEquals(107_102, elements(report, "gradients"));
            assertTrue(elements(report, "update") > 100_000 && elements(report, "update") < 107_102, report.toString());
            assertEquals(160, elements(report, "logits"));
        }
    }

    private static long count(StepReport report, String prefix) {
        return report.tensors().stream().filter(row -> row.name().startsWith(prefix)).count();
    }

    private static long elements(StepReport report, String group) {
        return report.groups().stream().filter(row -> row.name().equals(group)).findFirst().orElseThrow().elements();
    }

    static Set<String> failed(StepReport report) {
        return report.groups().stream().filter(row -> !row.passed()).map(Comparison::name).collect(Collectors.toSet());
    }
}
