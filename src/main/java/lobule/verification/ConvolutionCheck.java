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

    /** Operands of a layer's passes, drawn at random, and what their results are made of. */
    private record Trial(ConvolutionLayer layer, Shape y, MemorySegment x, MemorySegment weight, MemorySegment dy,
                         SampledConvolution exact) {
        static Trial of(ConvolutionLayer layer, Arena arena) {
            Shape y = output(layer).shape();
            return new Trial(layer, y, random(arena, layer.x(), 1), random(arena, layer.weight(), 2),
                    random(arena, y, 3), layer.transposed() ? new SampledConvolution(y, layer.weight(), layer.x(), true)
                            : new SampledConvolution(layer.x(), layer.weight(), y, false));
        }
    }

    /** @throws lobule.device.OutOfDeviceMemoryException where the layer does not fit the device */
    public List<Outcome> check(ConvolutionLayer layer) {
        try (Arena arena = Arena.ofShared()) {
            Trial trial = Trial.of(layer, arena);
            return List.of(forward(trial, arena), data(trial, arena), weights(trial, arena));
        }
    }

    /** The forward pass alone. */
    Outcome forward(ConvolutionLayer layer) {
        try (Arena arena = Arena.ofShared()) {
            return forward(Trial.of(layer, arena), arena);
        }
    }

    private Outcome forward(Trial trial, Arena arena) {
        ConvolutionLayer layer = trial.layer;
        boolean up = layer.transposed();
        Computed computed = run(up ? new TransposedConvolution() : new Convolution(false), arena, trial.y, layer.x(),
                trial.x, layer.weight(), trial.weight);
        return up ? outcome(trial, "forward", SampledConvolution.Part.INPUT, trial.weight, trial.x, computed)
                : outcome(trial, "forward", SampledConvolution.Part.OUTPUT, trial.x, trial.weight, computed);
    }

    private Outcome data(Trial trial, Arena arena) {
        ConvolutionLayer layer = trial.layer;
        boolean up = layer.transposed();
        Computed computed = run(up ? new TransposedConvolutionBackwardData() : new ConvolutionBackwardData(), arena,
                layer.x(), trial.y, trial.dy, layer.weight(), trial.weight);
        return up ? outcome(trial, "data", SampledConvolution.Part.OUTPUT, trial.dy, trial.weight, computed)
                : outcome(trial, "data", SampledConvolution.Part.INPUT, trial.weight, trial.dy, computed);
    }

    private Outcome weights(Trial trial, Arena arena) {
        ConvolutionLayer layer = trial.layer;
        boolean up = layer.transposed();
        Op op = up ? new TransposedConvolutionBackwardWeights() : new ConvolutionBackwardWeights(false);
        Computed computed = run(op, arena, List.of(TensorSpec.activation(layer.x()), TensorSpec.activation(trial.y)),
                List.of(trial.x, trial.dy), List.of(parameter(layer.weight())), List.of());
        return outcome(trial, "weights", SampledConvolution.Part.FILTER, up ? trial.dy : trial.x,
                up ? trial.x : trial.dy, computed);
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

    private Outcome outcome(Trial trial, String pass, SampledConvolution.Part part, MemorySegment first,
                            MemorySegment second, Computed computed) {
        SampledConvolution exact = trial.exact;
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
        return new Outcome(trial.layer, pass, computed.algorithm, worst,
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
