package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import lobule.device.OpRunner.Result;
import lobule.device.reference.ReferenceDevice;
import lobule.op.BatchRenormStatistics;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.GradientNorm;
import lobule.op.Op;
import lobule.op.SegmentationScore;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxDice;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;

/** The reference gives the same bits with any number of threads, and lets no fault of a thread pass. */
class ReferenceThreadsTest {
    private static final TensorSpec X = TensorSpec.activation(Shape.of(2, 5, 7, 6, 13));
    private static final TensorSpec Y = TensorSpec.activation(Shape.of(2, 3, 5, 4, 11));
    private static final TensorSpec WEIGHT = TensorSpec.rowMajor(3, 5, 3, 3, 3);

    @Test
    void convolutionsDoNotDependOnThreads() {
        HostArray x = HostArray.random(X, 1);
        HostArray weight = HostArray.random(WEIGHT, 2);
        assertSame(new Convolution(false), List.of(x, weight), List.of());
        assertSame(new ConvolutionBackwardWeights(false), List.of(x, HostArray.random(Y, 3)), List.of(weight));
    }

    @Test
    void sumsDoNotDependOnThreads() {
        HostArray x = HostArray.random(X, 1);
        HostArray channels = HostArray.filled(TensorSpec.rowMajor(5), 1);
        assertSame(new BatchRenormStatistics(1e-3, 0.01), List.of(x),
                List.of(channels, channels, HostArray.of(TensorSpec.rowMajor(DType.UINT8, 1), 1)));
        SegmentationCase given = SegmentationCase.random(X.shape(), 4);
        for (Op op : List.of(new SoftmaxCrossEntropy(List.of(), SegmentationCase.IGNORE),
                new SoftmaxDice(false, false, 1e-7, SegmentationCase.IGNORE),
                new SegmentationScore(SegmentationCase.IGNORE))) {
            assertSame(op, List.of(given.logits(), given.target()), List.of());
        }
        assertSame(new GradientNorm(), List.of(x, channels, HostArray.random(WEIGHT, 5)), List.of());
    }

    private static void assertSame(Op op, List<HostArray> inputs, List<HostArray> states) {
        Result one = run(1, op, inputs, states);
        for (int threads : new int[] {2, 3, 16}) {
            Result many = run(threads, op, inputs, states);
            for (int i = 0; i < one.outputs().size(); i++) {
                assertArrayEquals(one.output(i).values(), many.output(i).values(), op.label());
            }
            for (int i = 0; i < one.states().size(); i++) {
                assertArrayEquals(one.state(i).values(), many.state(i).values(), op.label());
            }
        }
    }

    private static Result run(int threads, Op op, List<HostArray> inputs, List<HostArray> states) {
        Step step = new Step();
        step.rMax = 3;
        step.dMax = 5;
        try (Device device = new ReferenceDevice(threads)) {
            return new OpRunner(device).run(op, inputs, states, step);
        }
    }

    @Test
    void labelThatIsNoClassIsRefusedByNameAndPlace() {
        Shape shape = Shape.of(1, 2, 2, 3, 4);
        HostArray target = HostArray.filled(SegmentationCase.targetSpec(shape), 1).with(23, 7);
        List<HostArray> inputs = List.of(HostArray.random(TensorSpec.activation(shape), 1), target);
        for (Op op : List.of(new SoftmaxCrossEntropy(List.of(), SegmentationCase.IGNORE),
                new SoftmaxDice(false, false, 1e-7, SegmentationCase.IGNORE), new SegmentationScore(-1))) {
            String message = assertThrows(IllegalStateException.class, () -> run(2, op, inputs, List.of()))
                    .getMessage();
            assertTrue(message.contains("label 7") && message.contains("(0, 1, 2, 3)"), message);
        }
    }

    @Test
    void noThreadsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new ReferenceDevice(0));
    }
}
