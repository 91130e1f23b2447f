package lobule.device;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import lobule.op.Adam;
import lobule.op.Add;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormBackward;
import lobule.op.BatchRenormStatistics;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardData;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.CropConcatenate;
import lobule.op.CropConcatenateBackward;
import lobule.op.Dropout;
import lobule.op.EncoderOutput;
import lobule.op.EncoderOutputBackward;
import lobule.op.GradientNorm;
import lobule.op.MaxPool;
import lobule.op.MaxPoolBackward;
import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.op.RunningStatistics;
import lobule.op.SegmentationScore;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxCrossEntropyBackward;
import lobule.op.SoftmaxDice;
import lobule.op.SoftmaxDiceBackward;
import lobule.op.TransposedConvolution;
import lobule.op.TransposedConvolutionBackwardData;
import lobule.op.TransposedConvolutionBackwardWeights;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every op: wrong operands are refused by name before memory exists; and moving tensors in and out. */
abstract class OperandSuite extends OpSuite {

    /** Operands that fit but for one, and the name the message must give it. */
    record Misfit(Op op, List<TensorSpec> inputs, List<TensorSpec> states, String operand) {}

    private static Misfit misfit(Op op, String operand, List<TensorSpec> inputs, TensorSpec... states) {
        return new Misfit(op, inputs, List.of(states), operand);
    }

    private static TensorSpec row(long... sizes) {
        return TensorSpec.rowMajor(sizes);
    }

    private static TensorSpec doubles(long... sizes) {
        return TensorSpec.rowMajor(DType.FLOAT64, sizes);
    }

    private static TensorSpec labels(long... sizes) {
        return TensorSpec.rowMajor(DType.UINT8, sizes);
    }

    static Stream<Misfit> misfits() {
        return Stream.of(convolutions(), shapes(), norms(), losses(), optimizers()).flatMap(misfits -> misfits);
    }

    private static Stream<Misfit> convolutions() {
        TensorSpec x = activation(1, 2, 5, 5, 5);
        TensorSpec y = activation(1, 3, 3, 3, 3);
        TensorSpec up = activation(1, 3, 10, 10, 10);
        return Stream.of(
                misfit(new Convolution(true), "bias", List.of(x, row(3, 2, 3, 3, 3), row(2))),
                misfit(new Convolution(true), "number of inputs", List.of(x, row(3, 2, 3, 3, 3))),
                misfit(new Convolution(false), "input channels of the weight", List.of(x, row(3, 1, 3, 3, 3))),
                misfit(new Convolution(false), "rank of the weight", List.of(x, row(3, 2, 3, 3))),
                misfit(new Convolution(false), "input", List.of(x, row(3, 2, 6, 3, 3))),
                misfit(new Convolution(false), "input", List.of(row(1, 2, 5, 5, 5), row(3, 2, 3, 3, 3))),
                misfit(new Convolution(false), "number of states", List.of(x, row(3, 2, 3, 3, 3)), row(1)),
                misfit(new ConvolutionBackwardData(), "output channels of the weight", List.of(y, row(2, 2, 3, 3, 3))),
                misfit(new ConvolutionBackwardData(), "output gradient", List.of(row(1, 3, 3), row(3, 2, 3, 3, 3))),
                misfit(new ConvolutionBackwardWeights(false), "batch of the output gradient",
                        List.of(x, activation(2, 3, 3, 3, 3)), row(3, 2, 3, 3, 3)),
                misfit(new ConvolutionBackwardWeights(false), "kernel of the weight gradient", List.of(x, y),
                        row(3, 2, 3, 3, 1)),
                misfit(new ConvolutionBackwardWeights(true), "bias gradient", List.of(x, y), row(3, 2, 3, 3, 3),
                        row(4)),
                misfit(new TransposedConvolution(), "input channels of the weight", List.of(x, row(3, 3, 2, 2, 2))),
                misfit(new TransposedConvolutionBackwardData(), "remainder", List.of(x, row(3, 2, 2, 2, 2))),
                misfit(new TransposedConvolutionBackwardWeights(), "size of the output gradient",
                        List.of(x, activation(1, 3, 10, 10, 9)), row(2, 3, 2, 2, 2)),
                misfit(new TransposedConvolutionBackwardWeights(), "output gradient", List.of(x, up),
                        row(2, 4, 2, 2, 2)),
                misfit(new TransposedConvolutionBackwardData(), "output gradient", List.of(up, row(2, 4, 2, 2, 2))),
                misfit(new TransposedConvolution(true), "number of inputs", List.of(x, row(2, 3, 2, 2, 2))),
                misfit(new TransposedConvolution(true), "concatenation", List.of(x, row(2, 3, 2, 2, 2), up)),
                misfit(new TransposedConvolution(true), "concatenation", List.of(x, row(2, 3, 2, 2, 2),
                        activation(1, 5, 10, 10, 9))));
    }

    private static Stream<Misfit> shapes() {
        TensorSpec x = activation(1, 2, 5, 5);
        return Stream.of(
                misfit(new MaxPool(), "input", List.of(activation(1, 2, 1, 5))),
                misfit(new MaxPool(), "input", List.of(activation(2, 5, 5))),
                misfit(new MaxPoolBackward(), "output gradient", List.of(x, activation(1, 2, 2, 3))),
                misfit(new CropConcatenate(), "up", List.of(x, activation(1, 2, 6, 3))),
                misfit(new CropConcatenate(), "batch of up", List.of(x, activation(2, 2, 3, 3))),
                misfit(new CropConcatenateBackward(Shape.of(1, 2, 5, 5)), "output gradient",
                        List.of(activation(1, 2, 3, 3))),
                misfit(new Add(), "first input", List.of(doubles(2), doubles(2))),
                misfit(new Add(), "second input", List.of(x, activation(1, 2, 5, 4))),
                misfit(new Dropout(0.5, 0), "input", List.of(row(1, 2, 5, 5))),
                encoderOutput("input", activation(1, 2, 1, 5), Shape.of(1, 3, 1, 1)),
                encoderOutput("concatenation", x, Shape.of(1, 2, 3, 3)),
                encoderOutput("concatenation", x, Shape.of(1, 3, 3, 6)),
                encoderOutput("batch of the concatenation", x, Shape.of(2, 3, 3, 3)),
                encoderOutput("rank of the concatenation", x, Shape.of(1, 3, 3, 3, 3)),
                encoderOutputBackward("gradient of pooled", activation(1, 2, 3, 2), activation(1, 3, 3, 3)),
                encoderOutputBackward("concatenation", activation(1, 2, 2, 2), activation(1, 3, 3, 6)),
                encoderOutputBackward("concatenation", activation(1, 2, 2, 2), row(1, 3, 3, 3)));
    }

    private static Misfit encoderOutput(String operand, TensorSpec x, Shape concatenation) {
        return misfit(new EncoderOutput(concatenation), operand, List.of(x, row(4, 2), row(2), row(2)));
    }

    private static Misfit encoderOutputBackward(String operand, TensorSpec pooled, TensorSpec concatenation) {
        return misfit(new EncoderOutputBackward(false), operand,
                List.of(activation(1, 2, 5, 5), row(4, 2), row(2), row(2), pooled, concatenation), row(2), row(2));
    }

    private static Stream<Misfit> norms() {
        TensorSpec x = activation(1, 2, 5, 5);
        BatchRenormStatistics statistics = new BatchRenormStatistics(1e-3, 0.01);
        return Stream.of(
                misfit(statistics, "running mean", List.of(x), row(3), row(2), labels(1)),
                misfit(statistics, "running deviation", List.of(x), row(2), row(2, 1), labels(1)),
                misfit(statistics, "flag", List.of(x), row(2), row(2), row(1)),
                misfit(new RunningStatistics(), "running deviation", List.of(row(2), row(3))),
                misfit(new BatchRenorm(true), "statistics", List.of(x, row(3, 2), row(2), row(2))),
                misfit(new BatchRenorm(true), "gamma", List.of(x, row(4, 2), row(1), row(2))),
                misfit(new BatchRenorm(true), "beta", List.of(x, row(4, 2), row(2), row(3))),
                misfit(new BatchRenormBackward(true), "output gradient", List.of(x, row(4, 2), row(2), row(2),
                        activation(1, 2, 5, 4)), row(2), row(2)),
                misfit(new BatchRenormBackward(true), "gamma gradient", List.of(x, row(4, 2), row(2), row(2), x),
                        row(3), row(2)),
                misfit(new BatchRenormBackward(true), "beta gradient", List.of(x, row(4, 2), row(2), row(2), x),
                        row(2), doubles(2)));
    }

    private static Stream<Misfit> losses() {
        TensorSpec logits = activation(1, 2, 3, 5);
        TensorSpec target = labels(1, 3, 5);
        SoftmaxCrossEntropy entropy = new SoftmaxCrossEntropy(List.of(), 255);
        SoftmaxDice dice = new SoftmaxDice(true, false, 1e-7, 255);
        return Stream.of(
                misfit(entropy, "target", List.of(logits, labels(1, 3, 4))),
                misfit(entropy, "target", List.of(logits, row(1, 3, 5))),
                misfit(new SoftmaxCrossEntropy(List.of(1.0), 255), "class weights", List.of(logits, target)),
                misfit(new SoftmaxCrossEntropyBackward(entropy), "sums", List.of(logits, target, row(2))),
                misfit(dice, "classes", List.of(activation(1, 1, 3, 5), target)),
                misfit(dice, "logits", List.of(row(1, 2, 3, 5), target)),
                misfit(new SoftmaxDiceBackward(dice), "sums", List.of(logits, target, doubles(2))),
                misfit(new SegmentationScore(255), "target", List.of(logits, labels(1, 1, 3, 5))));
    }

    private static Stream<Misfit> optimizers() {
        TensorSpec weight = row(3, 2);
        Adam adam = new Adam(0.9, 0.999, 1e-8, 1);
        return Stream.of(
                misfit(new GradientNorm(), "number of inputs", List.of()),
                misfit(adam, "norm", List.of(weight, row(2)), weight, weight, weight),
                misfit(adam, "parameter", List.of(weight, row(1)), row(2, 3), weight, weight),
                misfit(adam, "first moment", List.of(weight, row(1)), weight, row(6), weight),
                misfit(adam, "second moment", List.of(weight, row(1)), weight, weight, row(1)),
                misfit(new NesterovMomentum(0.9, 1), "velocity", List.of(weight, row(1)), weight, row(2, 2)));
    }

    @ParameterizedTest
    @MethodSource("misfits")
    void misfitsAreRefusedByName(Misfit misfit) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> device().prepare(misfit.op(), misfit.inputs(), misfit.states(), List.of())).getMessage();
        assertTrue(message.startsWith(misfit.op().label() + ": " + misfit.operand() + " "), message);
        assertTrue(message.contains("expected"), message);
    }

    @Test
    void everyActivationComesBackAsItWent() {
        List<HostArray> arrays = new ArrayList<>();
        for (long channels : new long[] {1, 2, 3, 5, 7, 8, 16, 17, 24, 33}) {
            arrays.add(HostArray.random(activation(1, channels, 3, 1, 13), channels));
            arrays.add(HostArray.random(activation(3, channels, 5, 7), channels));
        }
        arrays.add(HostArray.random(row(3, 5, 7), 1));
        arrays.add(HostArray.random(doubles(13), 1));
        arrays.add(HostArray.labels(labels(3, 5, 7), 256, 1));
        for (HostArray array : arrays) {
            try (Buffer buffer = device().allocate(Buffer.ALIGNMENT + array.spec().bytes())) {
                Tensor tensor = new Tensor(buffer, Buffer.ALIGNMENT, array.spec());
                device().upload(array.bytes(), tensor);
                assertArrayEquals(array.values(), HostArray.download(device(), tensor).values(),
                        array.spec().toString());
            }
        }
    }

    @Test
    void memoryThatIsNotThereIsRefused() {
        long bytes = 1L << 60;
        assertEquals(bytes, assertThrows(OutOfDeviceMemoryException.class, () -> device().allocate(bytes))
                .requestedBytes());
    }

    @Test
    void hostMemoryOfAnotherSizeIsRefused() {
        HostArray array = HostArray.random(activation(1, 3, 2, 5), 1);
        MemorySegment bytes = array.bytes();
        MemorySegment less = bytes.asSlice(0, bytes.byteSize() - 1);
        try (Buffer buffer = device().allocate(bytes.byteSize())) {
            Tensor tensor = new Tensor(buffer, 0, array.spec());
            assertThrows(IllegalArgumentException.class, () -> device().upload(less, tensor));
            assertThrows(IllegalArgumentException.class, () -> device().download(tensor, less));
        }
    }

    /** Refused by name, or, on a device that does not wait for its results, NaN in all that comes of it. */
    @Test
    void labelThatIsNoClassIsNotHidden() {
        HostArray logits = HostArray.random(activation(1, 3, 2, 3, 4), 1);
        HostArray target = HostArray.filled(labels(1, 2, 3, 4), 1).with(23, 7);
        for (Op op : List.of(new SoftmaxCrossEntropy(List.of(), 255), new SoftmaxDice(false, false, 1e-7, 255),
                new SegmentationScore(-1))) {
            try {
                double first = run(op, logits, target).output().get(0);
                assertTrue(Double.isNaN(first), op + " gives " + first);
            } catch (IllegalStateException e) {
                assertTrue(e.getMessage().contains("label 7"), e.getMessage());
            }
        }
    }
}
