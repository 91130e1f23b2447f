package lobule.device.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongToDoubleFunction;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.device.cpu.convolution.DirectConvolutions;
import lobule.device.cpu.winograd.WinogradTile;
import lobule.device.cpu.winograd.WinogradUse;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.Op;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import lobule.verification.DoubleSums;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * F(4x4x4, 3x3x3) against sums in double, at sampled values of each 3x3x3 layer of the 3D network with 32 base
 * channels: values as behind a ReLU, errors relative to the norm. Direct float32 sums have 5e-7.
 */
class WinogradAccuracyTest {
    private static final double FORWARD = 1e-5;
    private static final double BY_WEIGHTS = 2e-5;

    /** Ragged at every edge, several blocks, the last in several parts. */
    @ParameterizedTest
    @CsvSource({"32,64", "64,128", "192,64", "384,128", "768,256"})
    void aLayersChannels(int ci, int co) {
        requireAccurate(ci, co, 9, 10, 11, 200);
    }

    @ParameterizedTest
    @Tag("slow")
    @CsvSource({"32,64,146,146,138", "64,64,72,72,68", "64,128,70,70,66", "128,128,34,34,32", "128,256,32,32,30",
        "256,256,15,15,14", "256,512,13,13,12", "768,256,22,22,20", "256,256,20,20,18", "384,128,36,36,32",
        "128,128,34,34,30", "192,64,64,64,56", "64,64,62,62,54"})
    void aLayerOfTheFullSize(int ci, int co, int depth, int height, int width) {
        requireAccurate(ci, co, depth, height, width, 300);
    }

    private static void requireAccurate(int ci, int co, int depth, int height, int width, int samples) {
        Shape inputShape = Shape.of(1, ci, depth, height, width);
        Shape outputShape = Shape.of(1, co, depth - 2, height - 2, width - 2);
        TensorSpec input = TensorSpec.activation(inputShape);
        TensorSpec output = TensorSpec.activation(outputShape);
        TensorSpec weight = TensorSpec.rowMajor(co, ci, 3, 3, 3);
        DoubleSums exact = new DoubleSums(inputShape, weight.shape(), outputShape);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment x = random(arena, input, true, 1);
            MemorySegment w = random(arena, weight, false, 2);
            MemorySegment dy = random(arena, output, false, 3);
            MemorySegment y = arena.allocate(output.bytes(), 64);
            MemorySegment dw = arena.allocate(weight.bytes(), 64);
            compute(new Convolution(false), List.of(input, weight), List.of(x, w), List.of(), output, y);
            compute(new ConvolutionBackwardWeights(false), List.of(input, output), List.of(x, dy), List.of(weight),
                    weight, dw);
            requireWithin(FORWARD, samples, index -> exact.output(index, x, w), y);
            requireWithin(BY_WEIGHTS, samples, index -> exact.weightGradient(index, x, dy), dw);
        }
    }

    private static void requireWithin(double limit, int count, LongToDoubleFunction exact, MemorySegment computed) {
        SplittableRandom random = new SplittableRandom(4);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < count; i++) {
            long index = random.nextLong(computed.byteSize() / Float.BYTES);
            double value = exact.applyAsDouble(index);
            double difference = computed.getAtIndex(ValueLayout.JAVA_FLOAT, index) - value;
            error += difference * difference;
            norm += value * value;
        }
        double relative = Math.sqrt(error / norm);
        assertTrue(relative <= limit, "relative error " + relative + " of " + limit);
    }

    private static MemorySegment random(Arena arena, TensorSpec spec, boolean positive, long seed) {
        MemorySegment values = arena.allocate(spec.bytes(), 64);
        SplittableRandom random = new SplittableRandom(seed);
        for (long i = 0; i < spec.bytes() / Float.BYTES; i++) {
            double normal = random.nextGaussian();
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (positive ? Math.abs(normal) : normal));
        }
        return values;
    }

    private static void compute(Op op, List<TensorSpec> inputs, List<MemorySegment> values, List<TensorSpec> states,
                                TensorSpec result, MemorySegment host) {
        try (Device device = new CpuDevice(2, WinogradUse.wherePossible(WinogradTile.FOUR),
                DirectConvolutions.LARGEST_BYTES);
                Kernel kernel = device.prepare(op, inputs, states, states.isEmpty() ? List.of(result) : List.of());
                Buffer memory = HostBuffer.allocate(placed(inputs) + Buffer.aligned(result.bytes()));
                Buffer workspace = HostBuffer.allocate(kernel.workspaceBytes())) {
            List<Tensor> tensors = new ArrayList<>();
            long at = 0;
            for (int i = 0; i < inputs.size(); i++) {
                tensors.add(new Tensor(memory, at, inputs.get(i)));
                device.upload(values.get(i), tensors.get(i));
                at += Buffer.aligned(inputs.get(i).bytes());
            }
            Tensor written = new Tensor(memory, at, result);
            List<Tensor> one = List.of(written);
            kernel.bind(new Operands(tensors, states.isEmpty() ? List.of() : one, states.isEmpty() ? one : List.of(),
                    workspace, 0)).run(new Step());
            device.download(written, host);
        }
    }

    private static long placed(List<TensorSpec> specs) {
        return specs.stream().mapToLong(spec -> Buffer.aligned(spec.bytes())).sum();
    }
}
