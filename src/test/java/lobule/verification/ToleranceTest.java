package lobule.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.reference.ReferenceDevice;
import lobule.nn.Recompute;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardData;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.Op;
import lobule.op.TransposedConvolution;
import lobule.op.TransposedConvolutionBackwardData;
import lobule.op.TransposedConvolutionBackwardWeights;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The rows of lower precision hold for a device that rounds the factors of convolutions; that of float32 does not. */
class ToleranceTest {

    /** Of a row that nothing passes, or everything, nobody learns anything. */
    @ParameterizedTest
    @EnumSource
    void aStepThatIsNotMadeIsBeyondEveryRow(Tolerance tolerance) {
        assertTrue(tolerance.gradients() < 1 && tolerance.update() < 1 && tolerance.worstUpdate() < 2);
        assertTrue(tolerance.logits() < 1 && tolerance.loss() < 1 && tolerance.runningStatistics() < 1);
    }

    @ParameterizedTest
    @EnumSource(value = Tolerance.class, mode = EnumSource.Mode.EXCLUDE, names = "FLOAT32")
    void roundedProductsPassTheirRowAndNotThatOfFloat32(Tolerance tolerance) {
        int bits = 24 - (tolerance == Tolerance.TENSOR_FLOAT32 ? 11 : 8);
        Fixtures.in2D().forEach(file -> {
            try (FaultyDevice device = new FaultyDevice(new ReferenceDevice(), ToleranceTest::isConvolution,
                    (right, operands, step) -> runRounded(right, operands, step, bits));
                    StepFixture fixture = StepFixture.open(file)) {
                StepReport report = StepVerification.run(device, fixture, tolerance, Recompute.NONE);
                assertEquals(Set.of(), StepVerificationTest.failed(report), file + ": " + report);
                assertTrue(report.passed());
                assertTrue(report.groups().get(1).error() > Tolerance.FLOAT32.logits(), report.toString());
            }
        });
    }

    private static boolean isConvolution(Op op, List<TensorSpec> states) {
        return op instanceof Convolution || op instanceof ConvolutionBackwardData
                || op instanceof ConvolutionBackwardWeights || op instanceof TransposedConvolution
                || op instanceof TransposedConvolutionBackwardData
                || op instanceof TransposedConvolutionBackwardWeights;
    }

    /** With both factors rounded, for the time of the launch. */
    private static void runRounded(Launch right, Operands operands, Step step, int bits) {
        List<MemorySegment> factors = List.of(HostBuffer.segment(operands.input(0)),
                HostBuffer.segment(operands.input(1)));
        List<float[]> exact = factors.stream().map(factor -> factor.toArray(ValueLayout.JAVA_FLOAT)).toList();
        factors.forEach(factor -> round(factor, bits));
        right.run(step);
        for (int i = 0; i < factors.size(); i++) {
            factors.get(i).copyFrom(MemorySegment.ofArray(exact.get(i)));
        }
    }

    private static void round(MemorySegment floats, int bits) {
        for (long at = 0; at < floats.byteSize(); at += Float.BYTES) {
            int value = floats.get(ValueLayout.JAVA_INT, at) + (1 << (bits - 1));
            floats.set(ValueLayout.JAVA_INT, at, value & -(1 << bits));
        }
    }
}
