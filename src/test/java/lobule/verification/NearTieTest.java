package lobule.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Set;
import lobule.device.Device;
import lobule.device.HostBuffer;
import lobule.device.reference.ReferenceDevice;
import lobule.nn.Recompute;
import lobule.op.ConvolutionBackwardWeights;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gradients where a rounding decides what a ReLU or a max-pool passes, and faults that are none of that. */
class NearTieTest {
    private static final String WORST = "gradients, worst tensor";
    /** In this step errors of 3e-6 turn a decision that moves gradients by more than the fixed bound. */
    private static final Path STEP = Path.of("src/test/resources/fixtures/unet3d-dice.safetensors");
    private static final double NOISE = 3e-6;
    private static final long SEED = 102;

    @TempDir
    private Path folder;

    private static StepReport verify(Device device, Path file) {
        try (device; StepFixture fixture = StepFixture.open(file)) {
            return StepVerification.run(device, fixture, Tolerance.FLOAT32, Recompute.NONE);
        }
    }

    private static Device noisy() {
        return new NoisyDevice(new ReferenceDevice(), NOISE, SEED);
    }

    private static Comparison worstGradient(StepReport report) {
        return report.groups().stream().filter(group -> group.name().equals(WORST)).findFirst().orElseThrow();
    }

    @Test
    void aDecisionThatRoundingTurnsIsNoFault() {
        StepReport report = verify(noisy(), STEP);
        assertEquals(Set.of(), StepVerificationTest.failed(report), report.toString());
        Comparison worst = worstGradient(report);
        assertTrue(worst.error() > Tolerance.FLOAT32.worstGradient(), worst.toString());
        assertTrue(worst.spread().isPresent(), worst.toString());
    }

    @Test
    void aStepWithoutFlipsIsJudgedByTheFixedBounds() {
        StepReport report = verify(new ReferenceDevice(), Fixtures.smallest());
        assertTrue(worstGradient(report).spread().isEmpty());
        assertTrue(report.passed());
    }

    @Test
    void aMirroredTensorInAStepWithFlipsFails() {
        Device device = new FaultyDevice(noisy(), (op, states) -> op instanceof ConvolutionBackwardWeights
                && states.getFirst().shape().equals(Shape.of(2, 1, 3, 3, 3)), (right, operands, step) -> {
                    right.run(step);
                    mirror(HostBuffer.segment(operands.state(0)));
                });
        Set<String> failed = StepVerificationTest.failed(verify(device, STEP));
        assertTrue(failed.contains(WORST), failed.toString());
    }

    private static void mirror(MemorySegment gradient) {
        MemorySegment before = MemorySegment.ofArray(gradient.toArray(ValueLayout.JAVA_FLOAT));
        long count = gradient.byteSize() / Float.BYTES;
        for (long i = 0; i < count; i++) {
            gradient.setAtIndex(ValueLayout.JAVA_FLOAT, i, before.getAtIndex(ValueLayout.JAVA_FLOAT, count - 1 - i));
        }
    }

    /** No near-tie explains it, since errors of the reference's size turn nothing in this step. */
    @ParameterizedTest
    @ValueSource(strings = {"encoder.3.conv2.weight", "encoder.1.norm1.bias", "head.bias"})
    void onePerCentInOneTensorFails(String parameter) {
        Path file = folder.resolve("changed.safetensors");
        FixtureCopy copy = new FixtureCopy();
        MemorySegment gradient = MemorySegment.ofArray(copy.data("grad." + parameter));
        for (long i = 0; i < gradient.byteSize() / Float.BYTES; i++) {
            copy.setFloat("grad." + parameter, i, 1.01f * gradient.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i));
        }
        copy.write(file);
        StepReport report = verify(new ReferenceDevice(), file);
        assertFalse(report.passed());
        assertTrue(StepVerificationTest.failed(report).contains(WORST), report.toString());
        assertTrue(worstGradient(report).spread().isPresent());
    }
}
