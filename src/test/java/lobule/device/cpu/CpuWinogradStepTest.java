package lobule.device.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lobule.SharedFiles;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.cpu.convolution.DirectConvolutions;
import lobule.device.cpu.winograd.WinogradTile;
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
import org.junit.jupiter.params.provider.CsvSource;

/** Winograd's algorithm within a network, and where it is chosen. */
class CpuWinogradStepTest {

    @ParameterizedTest
    @CsvSource({"FOUR,3,unet3d-base8-dicefg", "TWO,2,unet3d-base8-dicefg",
        "FOUR,2,unet3d-cce", "FOUR,2,unet3d-dice", "FOUR,2,unet2d-cce", "FOUR,2,unet2d-cce-weighted-ignore",
        "FOUR,2,unet2d-dice-squared"})
    void aRecordedStepIsReproduced(WinogradTile tile, int threads, String fixtureName) {
        try (Device device = new CpuDevice(threads, WinogradUse.wherePossible(tile),
                DirectConvolutions.LARGEST_BYTES);
                StepFixture fixture = StepFixture.open(
                        SharedFiles.require("fixtures/" + fixtureName + ".safetensors"))) {
            StepReport report = StepVerification.run(device, fixture, Tolerance.FLOAT32, Recompute.NONE);
            assertEquals(List.of(), report.groups().stream().filter(group -> !group.passed()).map(Comparison::name)
                    .toList());
            assertTrue(report.passed());
        }
    }

    @Test
    void itIsChosenWhereItPays() {
        assertEquals("Winograd F(4x4x4, 3x3x3)", algorithm(32, 64, 40));
        assertEquals("Winograd F(4x4x4, 3x3x3)", algorithm(768, 256, 22));
        assertEquals("Winograd F(2x2x2, 3x3x3)", algorithm(512, 256, 13), "as much weights as voxels");
        assertEquals("", algorithm(1, 32, 40), "one channel is all edges of vectors");
        assertEquals("", algorithm(512, 512, 6), "few tiles");
    }

    private static String algorithm(long from, long to, long size) {
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
            return kernel.algorithm();
        }
    }
}
