package lobule.device.cuda.simulator;

import static lobule.device.cuda.simulator.OpCase.row;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import lobule.device.Device;
import lobule.device.cuda.CudaDevice;
import lobule.device.cuda.SimulatedGpu;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.op.Adam;
import lobule.op.Add;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormBackward;
import lobule.op.BatchRenormStatistics;
import lobule.op.Convolution;
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

/** Runs every op once on volumes with rows of more than 64 voxels, so that all own kernels are launched. */
public final class OpProgram {
    private static final long CLASSES = 3;

    private final List<OpCase> cases = new ArrayList<>();

    private OpProgram() {}

    /** @param arguments none */
    public static void main(String[] arguments) {
        runAll(device -> device);
        System.out.println("done");
    }

    /** On the device that {@code wrap} makes of the simulated GPU's. */
    public static void runAll(UnaryOperator<Device> wrap) {
        OpProgram own = new OpProgram();
        own.volume(Shape.of(1, 8, 6, 8, 136), Shape.of(1, 12, 4, 6, 120));
        own.volume(Shape.of(2, 5, 7, 9, 139), Shape.of(2, 9, 5, 5, 119));
        own.volume(Shape.of(1, 6, 50, 141), Shape.of(1, 10, 34, 119));
        own.parameters();
        own.run(wrap, SimulatedGpu.options());
        OpProgram ofCudnn = new OpProgram();
        ofCudnn.norm(Shape.of(2, 7, 7, 9, 139), Optional.empty());
        ofCudnn.run(wrap, SimulatedGpu.options().withCudnnOps(Set.of(CudnnOp.NORM)));
    }

    private void run(UnaryOperator<Device> wrap, CudaOptions options) {
        try (CudaDevice device = SimulatedGpu.open(options)) {
            Device wrapped = wrap.apply(device);
            cases.forEach(test -> test.run(wrapped));
        }
    }

    private void add(Op op, List<TensorSpec> inputs, TensorSpec... states) {
        cases.add(new OpCase(op, inputs, List.of(states)));
    }

    private void volume(Shape shape, Shape concatenation) {
        norm(shape, Optional.empty());
        norm(shape, Optional.of(new Dropout(0.3, 0)));
        encoder(shape, concatenation);
        upConvolution(shape);
        losses(shape.withChannels(CLASSES));
        TensorSpec x = TensorSpec.activation(shape);
        add(new Dropout(0.3, 0), List.of(x));
        add(new Add(), List.of(x, x));
        TensorSpec weight = row(LongStream.concat(LongStream.of(shape.channels(), shape.channels()),
                LongStream.range(0, shape.spatialRank()).map(axis -> 1)).toArray());
        add(new Convolution(true), List.of(x, weight, row(shape.channels())));
        add(new ConvolutionBackwardWeights(true), List.of(x, x), weight, row(shape.channels()));
    }

    private void norm(Shape shape, Optional<Dropout> dropout) {
        TensorSpec x = TensorSpec.activation(shape);
        TensorSpec channels = row(shape.channels());
        TensorSpec statistics = row(4, shape.channels());
        add(new BatchRenormStatistics(1e-3, 0.01), List.of(x), channels, channels, row(DType.UINT8, 1));
        add(new RunningStatistics(), List.of(channels, channels));
        add(new BatchRenorm(true, dropout), List.of(x, statistics, channels, channels));
        add(new BatchRenormBackward(true, dropout, false), List.of(x, statistics, channels, channels, x), channels,
                channels);
    }

    private void encoder(Shape shape, Shape concatenation) {
        TensorSpec x = TensorSpec.activation(shape);
        TensorSpec channels = row(shape.channels());
        TensorSpec statistics = row(4, shape.channels());
        TensorSpec joined = TensorSpec.activation(concatenation);
        TensorSpec pooled = new MaxPool().outputs(List.of(x), List.of()).getFirst();
        add(new MaxPool(), List.of(x));
        add(new MaxPoolBackward(), List.of(x, pooled));
        add(new EncoderOutput(concatenation), List.of(x, statistics, channels, channels));
        add(new EncoderOutputBackward(false), List.of(x, statistics, channels, channels, pooled, joined), channels,
                channels);
        add(new CropConcatenate(), List.of(x, TensorSpec.activation(
                concatenation.withChannels(concatenation.channels() - shape.channels()))));
        add(new CropConcatenateBackward(shape), List.of(joined));
    }

    private void upConvolution(Shape coarse) {
        long[] kernel = new long[coarse.rank()];
        Arrays.fill(kernel, 2);
        kernel[0] = coarse.channels();
        kernel[1] = 3;
        Shape fine = coarse.withChannels(3);
        for (int axis = 0; axis < coarse.spatialRank(); axis++) {
            fine = fine.withSpatial(axis, 2 * coarse.spatial(axis));
        }
        TensorSpec x = TensorSpec.activation(coarse);
        TensorSpec dy = TensorSpec.activation(fine);
        add(new TransposedConvolution(), List.of(x, row(kernel)));
        add(new TransposedConvolutionBackwardData(), List.of(dy, row(kernel)));
        add(new TransposedConvolutionBackwardWeights(), List.of(x, dy), row(kernel));
    }

    private void losses(Shape shape) {
        TensorSpec logits = TensorSpec.activation(shape);
        long[] sizes = new long[shape.spatialRank() + 1];
        sizes[0] = shape.batch();
        for (int axis = 0; axis < shape.spatialRank(); axis++) {
            sizes[axis + 1] = shape.spatial(axis);
        }
        TensorSpec target = row(DType.UINT8, sizes);
        SoftmaxDice dice = new SoftmaxDice(false, false, 1e-7, 255);
        add(dice, List.of(logits, target));
        add(new SoftmaxDiceBackward(dice), List.of(logits, target, row(DType.FLOAT64, shape.channels(), 2)));
        SoftmaxCrossEntropy entropy = new SoftmaxCrossEntropy(List.of(), 255);
        add(entropy, List.of(logits, target));
        add(new SoftmaxCrossEntropyBackward(entropy), List.of(logits, target, row(DType.FLOAT64, 2)));
        add(new SegmentationScore(255), List.of(logits, target));
    }

    private void parameters() {
        TensorSpec weight = row(33, 17, 3, 3, 3);
        TensorSpec norm = row(1);
        add(new GradientNorm(), List.of(weight, row(33)));
        add(new Adam(0.9, 0.999, 1e-8, 1), List.of(weight, norm), weight, weight, weight);
        add(new NesterovMomentum(0.9, 1), List.of(weight, norm), weight, weight);
    }
}
