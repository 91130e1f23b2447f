package lobule.verification;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.Operands;
import lobule.device.Rounding;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.op.Convolution;
import lobule.op.ConvolutionBackwardData;
import lobule.op.ConvolutionBackwardWeights;
import lobule.op.Op;
import lobule.op.TransposedConvolution;
import lobule.op.TransposedConvolutionBackwardData;
import lobule.op.TransposedConvolutionBackwardWeights;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * Runs the three passes of a convolution on a device, as it chooses to compute them, and compares values from all parts
 * of the result with sums in double: libraries have been silently wrong on large volumes.
 */
public final class ConvolutionCheck {
    /** Of a result; smaller ones are compared whole. */
    private static final long SAMPLES = 4096;

    private final Device device;
    private final double roundoff;

    /** @param roundoff of the factors: 2^-24 in float32, 2^-11 in TF32 */
    public ConvolutionCheck(Device device, double roundoff) {
        this.device = device;
        this.roundoff = roundoff;
    }

    /**
     * The outcome of a pass.
     *
     * @param algorithm as {@link Kernel#algorithm} names it
     * @param error     largest, relative to the root of the sum of the squares of a value's products
     * @param tolerance what rounding explains, by {@link Rounding}
     * @param relative  norm of the errors over the norm of the values compared
     */
    public record Outcome(ConvolutionLayer layer, String pass, String algorithm, double error, double tolerance,
                          double relative) {
        /** Not where the error is NaN. */
        public boolean passed() {
            return error <= tolerance;
        }
    }

    private record Computed(MemorySegment values, String algorithm, double growth) {}

    /** @throws lobule.device.OutOfDeviceMemoryException where the layer does not fit the device */
    public List<Outcome> check(ConvolutionLayer layer) {
        Shape y = output(layer).shape();
        try (Arena arena = Arena.ofShared()) {
            MemorySegment x = random(arena, layer.x(), 1);
            MemorySegment weight = random(arena, layer.weight(), 2);
            MemorySegment dy = random(arena, y, 3);
            SampledConvolution exact = layer.transposed()
                    ? new SampledConvolution(y, layer.weight(), layer.x(), true)
                    : new SampledConvolution(layer.x(), layer.weight(), y, false);
            List<Outcome> outcomes = new ArrayList<>();
            boolean up = layer.transposed();
            outcomes.add(outcome(layer, "forward", exact, up ? SampledConvolution.Part.INPUT
                    : SampledConvolution.Part.OUTPUT, up ? weight : x, up ? x : weight,
                    run(up ? new TransposedConvolution() : new Convolution(false), arena, y, layer.x(), x,
                            layer.weight(), weight)));
            outcomes.add(outcome(layer, "data", exact, up ? SampledConvolution.Part.OUTPUT
                    : SampledConvolution.Part.INPUT, up ? dy : weight, up ? weight : dy,
                    run(up ? new TransposedConvolutionBackwardData() : new ConvolutionBackwardData(), arena, layer.x(),
                            y, dy, layer.weight(), weight)));
            outcomes.add(outcome(layer, "weights", exact, SampledConvolution.Part.FILTER, up ? dy : x, up ? x : dy,
                    weights(arena, layer, x, y, dy)));
            return outcomes;
        }
    }

    private static TensorSpec output(ConvolutionLayer layer) {
        Op op = layer.transposed() ? new TransposedConvolution() : new Convolution(false);
        return op.outputs(List.of(TensorSpec.activation(layer.x()), parameter(layer.weight())), List.of()).getFirst();
    }

    private static TensorSpec parameter(Shape shape) {
        return TensorSpec.rowMajor(shape.sizes().stream().mapToLong(Long::longValue).toArray());
    }

    private static MemorySegment random(Arena arena, Shape shape, long seed) {
        MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, shape.elements());
        SplittableRandom random = new SplittableRandom(seed);
        for (long i = 0; i < shape.elements(); i++) {
            values.setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat(-1, 1));
        }
        return values;
    }

    private Outcome outcome(ConvolutionLayer layer, String pass, SampledConvolution exact,
                            SampledConvolution.Part part, MemorySegment first, MemorySegment second,
                            Computed computed) {
        long size = exact.size(part);
        long samples = Math.min(SAMPLES, size);
        SampledConvolution.Sum[] sums = new SampledConvolution.Sum[(int) samples];
        Arrays.parallelSetAll(sums, sample -> exact.sum(part, part(size, samples, sample), first, second));
        RelativeError relative = new RelativeError();
        double worst = 0;
        for (int sample = 0; sample < samples; sample++) {
            double value = computed.values.getAtIndex(ValueLayout.JAVA_FLOAT, part(size, samples, sample));
            double difference = Math.abs(value - sums[sample].value());
            relative.add(value, sums[sample].value());
            worst = Math.max(worst, difference == 0 ? 0 : difference / sums[sample].scale()); // keeps a NaN
        }
        return new Outcome(layer, pass, computed.algorithm, worst,
                computed.growth * Rounding.bound(roundoff, exact.terms(part)), relative.value());
    }

    /** One index of each part of the result, drawn at random there; of the last part the last. */
    private static long part(long size, long samples, long sample) {
        long from = sample * size / samples;
        long to = (sample + 1) * size / samples;
        return sample == samples - 1 ? size - 1 : new SplittableRandom(sample).nextLong(from, to);
    }

    /** Forward or data gradient: an activation and the weight in, an activation out. */
    private Computed run(Op op, Arena arena, Shape result, Shape first, MemorySegment values, Shape weightShape,
                              MemorySegment weight) {
        List<TensorSpec> inputs = List.of(TensorSpec.activation(first), parameter(weightShape));
        return run(op, arena, inputs, List.of(values, weight), List.of(), List.of(TensorSpec.activation(result)));
    }

    private Computed weights(Arena arena, ConvolutionLayer layer, MemorySegment x, Shape y, MemorySegment dy) {
        Op op = layer.transposed() ? new TransposedConvolutionBackwardWeights() : new ConvolutionBackwardWeights(false);
        return run(op, arena, List.of(TensorSpec.activation(layer.x()), TensorSpec.activation(y)), List.of(x, dy),
                List.of(parameter(layer.weight())), List.of());
    }

    /** Runs an op that has one result, a state or an output. */
    private Computed run(Op op, Arena arena, List<TensorSpec> inputs, List<MemorySegment> values,
                              List<TensorSpec> states, List<TensorSpec> outputs) {
        try (Kernel kernel = device.prepare(op, inputs, states, outputs)) {
            List<TensorSpec> all = new ArrayList<>(inputs);
            all.addAll(states);
            all.addAll(outputs);
            long bytes = all.stream().mapToLong(spec -> Buffer.aligned(spec.bytes())).sum();
            try (Buffer buffer = device.allocate(bytes + kernel.workspaceBytes())) {
                List<Tensor> tensors = place(buffer, all);
                for (int i = 0; i < values.size(); i++) {
                    device.upload(values.get(i), tensors.get(i));
                }
                Tensor result = tensors.getLast();
                boolean state = outputs.isEmpty();
                kernel.bind(new Operands(tensors.subList(0, inputs.size()), state ? List.of(result) : List.of(),
                        state ? List.of() : List.of(result), buffer, bytes)).run(new Step());
                MemorySegment host = arena.allocate(result.spec().bytes(), Float.BYTES);
                device.download(result, host);
                return new Computed(host, kernel.algorithm(), kernel.errorGrowth());
            }
        }
    }

    private static List<Tensor> place(Buffer buffer, List<TensorSpec> specs) {
        List<Tensor> tensors = new ArrayList<>();
        long offset = 0;
        for (TensorSpec spec : specs) {
            tensors.add(new Tensor(buffer, offset, spec));
            offset += Buffer.aligned(spec.bytes());
        }
        return tensors;
    }
}
