package lobule.device.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lobule.SharedFiles;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.cpu.convolution.DirectConvolutions;
import lobule.device.cpu.winograd.WinogradUse;
import lobule.nn.Recompute;
import lobule.op.Convolution;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import lobule.verification.Comparison;
import lobule.verification.StepFixture;
import lobule.verification.StepReport;
import lobule.verification.StepVerification;
import lobule.verification.Tolerance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Winograd's algorithm within a network, and where it is chosen. */
class CpuWinogradStepTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aRecordedStepIsReproduced(int threads) {
        try (Device device = new CpuDevice(threads, new WinogradUse(1, 1), DirectConvolutions.LARGEST_BYTES);
                StepFixture fixture = StepFixture.open(
                        SharedFiles.require("fixtures/unet3d-base8-dicefg.safetensors"))) {
            StepReport report = StepVerification.run(device, fixture, Tolerance.FLOAT32, Recompute.NONE);
            assertEquals(List.of(), report.groups().stream().filter(group -> !group.passed()).map(Comparison::name)
                    .toList());
            assertTrue(report.passed());
        }
    }

    @Test
    void itIsChosenWhereItPays() {
        assertTrue(winograd(32, 64, 40));
        assertTrue(winograd(768, 256, 22));
        assertTrue(!winograd(16, 64, 40), "too few pairs of channels");
        assertTrue(!winograd(256, 256, 15), "too few tiles");
        assertTrue(!winograd(46, 50, 40), "no whole vectors of channels, however long they are");
    }

    private static boolean winograd(long from, long to, long size) {
        Shape x = Shape.of(1, from, size, size, size);
        Shape y = Shape.of(1, to, size - 2, size - 2, size - 2);
        List<TensorSpec> inputs = List.of(TensorSpec.activation(x), TensorSpec.rowMajor(to, from, 3, 3, 3));
        try (Device device = new CpuDevice(1);
                Device direct = CpuDevice.direct(1);
                Kernel kernel = device.prepare(new Convolution(false), inputs, List.of(),
                        List.of(TensorSpec.activation(y)));
                Kernel other = direct.prepare(new Convolution(false), inputs, List.of(),
                        List.of(TensorSpec.activation(y)))) {
            assertEquals("", other.algorithm());
            return kernel.algorithm().startsWith("Winograd");
        }
    }
}
