package lobule.verification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.DoubleUnaryOperator;
import lobule.device.HostBuffer;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.device.reference.ReferenceDevice;
import lobule.nn.Recompute;
import lobule.op.Adam;
import lobule.op.BatchRenormStatistics;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.Op;
import lobule.op.SoftmaxDice;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

/** The verification is seen to fail: each fault in the group that it belongs to. */
class PlantedFaultTest {
    private static final String WORST_GRADIENT = "gradients, worst tensor";
    private static final String WORST_STATISTIC = "running statistics, worst tensor";
    private static final String WORST_UPDATE = "update, worst tensor";

    @Test
    void aSkippedUpdate() {
        assertFailed(Set.of("update", WORST_UPDATE), PlantedFaultTest::isUpdate, (right, operands, step) -> {});
    }

    @Test
    void aSkippedUpdateOfOneSmallTensor() {
        assertFailed(Set.of(WORST_UPDATE), PlantedFaultTest::isUpdate, (right, operands, step) -> {
            MemorySegment headBias = operands.states().stream()
                    .filter(state -> state.spec().shape().equals(Shape.of(2)))
                    .map(HostBuffer::segment).findFirst().orElseThrow();
            float[] before = headBias.toArray(ValueLayout.JAVA_FLOAT);
            right.run(step);
            MemorySegment.copy(before, 0, headBias, ValueLayout.JAVA_FLOAT, 0, before.length);
        });
    }

    @Test
    void anUpdateInTheWrongDirection() {
        assertFailed(Set.of("update", WORST_UPDATE), PlantedFaultTest::isUpdate, (right, operands, step) -> {
            Step wrong = copy(step);
            wrong.learningRate = -step.learningRate;
            right.run(wrong);
        });
    }

    @Test
    void aLearningRateTwoPerCentOff() {
        assertFailed(Set.of("update"), PlantedFaultTest::isUpdate, (right, operands, step) -> {
            Step wrong = copy(step);
            wrong.learningRate = 1.02 * step.learningRate;
            right.run(wrong);
        });
    }

    @Test
    void aSmallGradientTwoPerCentOff() {
        assertFailed(Set.of(WORST_GRADIENT), PlantedFaultTest::isHeadGradient, (right, operands, step) -> {
            right.run(step);
            change(operands.state(0), 0, operands.state(0).spec().shape().elements(), value -> 1.02 * value);
        });
    }

    @Test
    void oneElementOfALargeGradient() {
        assertFailed(Set.of("gradients", WORST_GRADIENT), PlantedFaultTest::isFirstGradient,
                (right, operands, step) -> {
                    right.run(step);
                    change(operands.state(0), 3, 4, value -> 1.5 * value);
                });
    }

    @Test
    void aGradientThatIsNotANumber() {
        // The norm of all gradients is then NaN too, so that nothing is updated.
        assertFailed(Set.of("gradients", WORST_GRADIENT, "update", WORST_UPDATE), PlantedFaultTest::isHeadGradient,
                (right, operands, step) -> {
                    right.run(step);
                    change(operands.state(1), 0, 1, value -> Double.NaN);
                });
    }

    @Test
    void aWrongLoss() {
        assertFailed(Set.of("loss"), PlantedFaultTest::isLoss, (right, operands, step) -> {
            right.run(step);
            change(operands.output(0), 0, 1, value -> 1.0001 * value);
        });
    }

    @Test
    void aLossThatIsNotANumber() {
        assertFailed(Set.of("loss"), PlantedFaultTest::isLoss, (right, operands, step) -> {
            right.run(step);
            change(operands.output(0), 0, 1, value -> Double.NaN);
        });
    }

    @Test
    void aWrongLogit() {
        Set<String> failed = failed((op, states) -> op.equals(new Convolution(true)), (right, operands, step) -> {
            right.run(step);
            change(operands.output(0), 5, 6, value -> value + 0.01);
        });
        assertEquals(true, failed.contains("logits"), failed.toString());
        assertFalse(failed.contains(WORST_STATISTIC), failed.toString());
    }

    @Test
    void aRunningDeviationThatIsNotUpdated() {
        assertFailed(Set.of(WORST_STATISTIC), (op, states) -> op instanceof BatchRenormStatistics,
                (right, operands, step) -> {
                    MemorySegment deviation = HostBuffer.segment(operands.state(1));
                    float before = deviation.get(ValueLayout.JAVA_FLOAT, 0);
                    right.run(step);
                    deviation.set(ValueLayout.JAVA_FLOAT, 0, before);
                });
    }

    private static boolean isUpdate(Op op, List<TensorSpec> states) {
        return op instanceof Adam;
    }

    /** The head is the only convolution with a bias. */
    private static boolean isHeadGradient(Op op, List<TensorSpec> states) {
        return op.equals(new ConvolutionBackwardWeights(true));
    }

    /** Of encoder.0.conv1: 36 elements of 107102, but large ones. */
    private static boolean isFirstGradient(Op op, List<TensorSpec> states) {
        return op instanceof ConvolutionBackwardWeights && states.getFirst().shape().equals(Shape.of(4, 1, 3, 3));
    }

    private static boolean isLoss(Op op, List<TensorSpec> states) {
        return op instanceof SoftmaxDice;
    }

    private static void change(Tensor tensor, long from, long to, DoubleUnaryOperator change) {
        MemorySegment memory = HostBuffer.segment(tensor);
        for (long i = from; i < to; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i,
                    (float) change.applyAsDouble(memory.getAtIndex(ValueLayout.JAVA_FLOAT, i)));
        }
    }

    private static Step copy(Step step) {
        Step copy = new Step();
        copy.seed = step.seed;
        copy.microStep = step.microStep;
        copy.optimizerStep = step.optimizerStep;
        copy.learningRate = step.learningRate;
        copy.rMax = step.rMax;
        copy.dMax = step.dMax;
        copy.accumulate = step.accumulate;
        copy.gradientScale = step.gradientScale;
        return copy;
    }

    private static void assertFailed(Set<String> groups, BiPredicate<Op, List<TensorSpec>> where,
            FaultyDevice.Fault fault) {
        assertEquals(groups, failed(where, fault));
    }

    private static Set<String> failed(BiPredicate<Op, List<TensorSpec>> where, FaultyDevice.Fault fault) {
        try (FaultyDevice device = new FaultyDevice(new ReferenceDevice(), where, fault);
                StepFixture fixture = StepFixture.open(Fixtures.smallest())) {
            StepReport report = StepVerification.run(device, fixture, Tolerance.FLOAT32, Recompute.NONE);
            assertFalse(report.passed());
            return StepVerificationTest.failed(report);
        }
    }
}
