package lobule.device.cpu;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
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
        Layer layer = new Layer(ci, co, depth, height, width);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment x = random(arena, layer.x(), true, 1);
            MemorySegment w = random(arena, layer.w(), false, 2);
            MemorySegment dy = random(arena, layer.y(), false, 3);
            MemorySegment y = arena.allocate(layer.y().bytes(), 64);
            MemorySegment dw = arena.allocate(layer.w().bytes(), 64);
            compute(new Convolution(false), List.of(layer.x(), layer.w()), List.of(x, w), List.of(), layer.y(), y);
            compute(new ConvolutionBackwardWeights(false), List.of(layer.x(), layer.y()), List.of(x, dy),
                    List.of(layer.w()), layer.w(), dw);
            SplittableRandom random = new SplittableRandom(4);
            requireWithin(FORWARD, samples, () -> layer.output(random, x, w), y);
            requireWithin(BY_WEIGHTS, samples, () -> layer.weightGradient(random, x, dy), dw);
        }
    }

    private record Sample(long index, double value) {}

    private interface Samples {
        Sample next();
    }

    private static void requireWithin(double limit, int count, Samples samples, MemorySegment computed) {
        double error = 0;
        double norm = 0;
        for (int i = 0; i < count; i++) {
            Sample sample = samples.next();
            double difference = computed.getAtIndex(ValueLayout.JAVA_FLOAT, sample.index) - sample.value;
            error += difference * difference;
            norm += sample.value * sample.value;
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

    /** A convolution of (1, ci, depth, height, width). */
    private record Layer(int ci, int co, int depth, int height, int width) {
        TensorSpec x() {
            return TensorSpec.activation(Shape.of(1, ci, depth, height, width));
        }

        TensorSpec w() {
            return TensorSpec.rowMajor(co, ci, 3, 3, 3);
        }

        TensorSpec y() {
            return TensorSpec.activation(Shape.of(1, co, depth - 2, height - 2, width - 2));
        }

        private double at(MemorySegment x, long channel, long d, long h, long w) {
            return x.getAtIndex(ValueLayout.JAVA_FLOAT, ((channel * depth + d) * height + h) * width + w);
        }

        private long indexOfOutput(long channel, long d, long h, long w) {
            return ((channel * (depth - 2) + d) * (height - 2) + h) * (width - 2) + w;
        }

        Sample output(SplittableRandom random, MemorySegment x, MemorySegment w) {
            long channel = random.nextInt(co);
            int d = random.nextInt(depth - 2);
            int h = random.nextInt(height - 2);
            int v = random.nextInt(width - 2);
            double sum = 0;
            for (int c = 0; c < ci; c++) {
                for (int tap = 0; tap < 27; tap++) {
                    sum += at(x, c, d + tap / 9, h + tap / 3 % 3, v + tap % 3)
                            * w.getAtIndex(ValueLayout.JAVA_FLOAT, (channel * ci + c) * 27 + tap);
                }
            }
            return new Sample(indexOfOutput(channel, d, h, v), sum);
        }

        Sample weightGradient(SplittableRandom random, MemorySegment x, MemorySegment dy) {
            long output = random.nextInt(co);
            long input = random.nextInt(ci);
            int tap = random.nextInt(27);
            double sum = 0;
            for (int d = 0; d < depth - 2; d++) {
                for (int h = 0; h < height - 2; h++) {
                    for (int v = 0; v < width - 2; v++) {
                        sum += at(x, input, d + tap / 9, h + tap / 3 % 3, v + tap % 3)
                                * dy.getAtIndex(ValueLayout.JAVA_FLOAT, indexOfOutput(output, d, h, v));
                    }
                }
            }
            return new Sample((output * ci + input) * 27 + tap, sum);
        }
    }
}
