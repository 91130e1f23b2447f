package lobule.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleSupplier;
import lobule.graph.Gradient;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.graph.Phase;
import lobule.op.Add;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormStatistics;
import lobule.op.Convolution;
import lobule.op.CropConcatenate;
import lobule.op.Dropout;
import lobule.op.EncoderOutput;
import lobule.op.MaxPool;
import lobule.op.Op;
import lobule.op.RunningStatistics;
import lobule.op.SoftmaxCrossEntropy;
import lobule.op.SoftmaxDice;
import lobule.op.TransposedConvolution;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * A graph of all ops that have gradients, drawn from a seed: residuals, shared and frozen parameters, batch and fixed
 * statistics, values that reach a loss on several paths, several losses; with its values and its backward pass.
 */
public final class RandomGraph {
    private static final int CLASSES = 3;
    /** Batch statistics of fewer values bend too much for differences. */
    private static final long FEWEST_VALUES = 16;
    /** Far above that of networks, so that statistics bend little. */
    private static final double EPSILON = 0.1;

    final Graph graph = new Graph();
    /** Of all values that are given from outside; of labels and flags as numbers. */
    final Map<Value, double[]> values = new LinkedHashMap<>();
    final List<Value> losses = new ArrayList<>();
    final Map<Value, Value> gradients;
    private final Random random;
    private final int rank;
    private final long largest;
    private final List<Value> made = new ArrayList<>();
    private int names;

    /** @param size about the voxels along an axis, at least 6 */
    public RandomGraph(long seed, int size) {
        random = new Random(seed);
        rank = 2 + random.nextInt(2);
        largest = 2L * size;
        long[] sizes = new long[2 + rank];
        sizes[0] = 1L + random.nextInt(2);
        sizes[1] = 1L + random.nextInt(3);
        for (int axis = 2; axis < sizes.length; axis++) {
            sizes[axis] = size - (rank == 3 ? 1L : 0) + random.nextInt(3);
        }
        made.add(declare(Role.INPUT, TensorSpec.activation(Shape.of(sizes)), random::nextGaussian));
        made.add(convolution(made.getFirst(), CLASSES, 1));
        for (int count = 5 + random.nextInt(6); count > 0; count--) {
            grow(random.nextInt(3) == 0 ? any() : made.getLast());
        }
        loss(made.getLast());
        for (int count = random.nextInt(3); count > 0; count--) {
            loss(any());
        }
        gradients = Gradient.append(graph, losses, frozen(), node -> node.op() instanceof BatchRenorm);
    }

    private Value any() {
        return made.get(random.nextInt(made.size()));
    }

    private void grow(Value x) {
        Shape shape = x.spec().shape();
        switch (random.nextInt(9)) {
            case 0 -> made.add(convolution(x, 2 + random.nextInt(3), least(shape) > 4 ? 3 : 1));
            case 1 -> made.add(add(new Add(), x, convolution(x, shape.channels(), 1)));
            case 2 -> made.add(add(new Add(), x, x));
            case 3 -> made.add(norm(x));
            case 4 -> poolOrUp(x);
            case 5 -> made.add(add(dropout(), x));
            case 6 -> concatenate(x);
            case 7 -> encoderOutput(x);
            default -> made.add(add(new Add(), norm(convolution(x, shape.channels(), 1)), x));
        }
    }

    private static long least(Shape shape) {
        long least = Long.MAX_VALUE;
        for (int axis = 0; axis < shape.spatialRank(); axis++) {
            least = Math.min(least, shape.spatial(axis));
        }
        return least;
    }

    private void poolOrUp(Value x) {
        Shape shape = x.spec().shape();
        if (least(shape) >= 4) {
            made.add(add(new MaxPool(), x));
        } else if (2 * shape.spatial(0) <= largest) {
            made.add(add(new TransposedConvolution(), x, kernel(shape.channels(), 2, 2)));
        }
    }

    private Dropout dropout() {
        return new Dropout(0.3, names);
    }

    private void concatenate(Value x) {
        made.stream().filter(up -> up.spec().shape().batch() == x.spec().shape().batch() && fits(up, x))
                .skip(random.nextInt(2)).findFirst()
                .ifPresent(up -> made.add(add(new CropConcatenate(), x, up)));
    }

    private static boolean fits(Value up, Value skip) {
        for (int axis = 0; axis < up.spec().shape().spatialRank(); axis++) {
            if (up.spec().shape().spatial(axis) > skip.spec().shape().spatial(axis)) {
                return false;
            }
        }
        return up.spec().shape().channels() + skip.spec().shape().channels() < 12;
    }

    /** Both outputs, joined as in the U-Net, or one of them. */
    private void encoderOutput(Value x) {
        Shape shape = x.spec().shape();
        if (least(shape) < 4) {
            return;
        }
        long up = 1L + random.nextInt(2);
        Shape concatenation = shape.withChannels(shape.channels() + up);
        for (int axis = 0; axis < shape.spatialRank(); axis++) {
            concatenation = concatenation.withSpatial(axis, shape.spatial(axis) / 2 * 2);
        }
        List<Value> ends = graph.add(name(), Phase.FORWARD, new EncoderOutput(concatenation), normOperands(x),
                List.of());
        switch (random.nextInt(3)) {
            case 0 -> made.add(ends.get(0));
            case 1 -> made.add(ends.get(1));
            default -> made.add(add(new TransposedConvolution(true), ends.get(0), kernel(shape.channels(), up, 2),
                    ends.get(1)));
        }
    }

    private Value norm(Value x) {
        BatchRenorm op = new BatchRenorm(random.nextBoolean(),
                random.nextInt(3) == 0 ? Optional.of(dropout()) : Optional.empty());
        return add(op, normOperands(x).toArray(Value[]::new));
    }

    private List<Value> normOperands(Value x) {
        Shape shape = x.spec().shape();
        TensorSpec channel = TensorSpec.rowMajor(shape.channels());
        Value mean = declare(Role.STATE, channel, () -> 0.2 * random.nextGaussian());
        Value deviation = declare(Role.STATE, channel, () -> 0.7 + random.nextDouble());
        boolean fixed = random.nextInt(3) == 0 || shape.batch() * shape.voxels() < FEWEST_VALUES;
        Value statistics = fixed ? add(new RunningStatistics(), mean, deviation)
                : graph.add(name(), Phase.FORWARD, new BatchRenormStatistics(EPSILON, 0.1), List.of(x),
                        List.of(mean, deviation, declare(Role.STATE, TensorSpec.rowMajor(DType.UINT8, 1), () -> 0)))
                        .getFirst();
        return List.of(x, statistics, parameter(channel, 1, 0.3), parameter(channel, 0.2, 0.3));
    }

    private Value convolution(Value x, long channels, long size) {
        boolean bias = random.nextBoolean();
        Value weight = kernel(channels, x.spec().shape().channels(), size);
        return bias ? add(new Convolution(true), x, weight, parameter(TensorSpec.rowMajor(channels), 0, 0.3))
                : add(new Convolution(false), x, weight);
    }

    private Value kernel(long outer, long inner, long size) {
        long[] sizes = new long[2 + rank];
        Arrays.fill(sizes, size);
        sizes[0] = outer;
        sizes[1] = inner;
        TensorSpec spec = TensorSpec.rowMajor(sizes);
        return parameter(spec, 0, Math.sqrt(1.5 * outer / spec.shape().elements()));
    }

    /** One of the same sizes where there is any, a third of the time. */
    private Value parameter(TensorSpec spec, double mean, double deviation) {
        List<Value> alike = graph.values(Role.PARAMETER).stream().filter(value -> value.spec().equals(spec)).toList();
        return !alike.isEmpty() && random.nextInt(3) == 0 ? alike.get(random.nextInt(alike.size()))
                : declare(Role.PARAMETER, spec, () -> mean + deviation * random.nextGaussian());
    }

    private void loss(Value x) {
        Value logits = random.nextBoolean() && x.spec().shape().channels() > 1 ? x : convolution(x, CLASSES, 1);
        Shape shape = logits.spec().shape();
        int classes = (int) shape.channels();
        Value target = declare(Role.INPUT, TensorSpec.rowMajor(DType.UINT8,
                shape.without(1).sizes().stream().mapToLong(Long::longValue).toArray()), () -> random.nextInt(classes));
        Op op = random.nextBoolean() ? new SoftmaxCrossEntropy(List.of(), -1)
                : new SoftmaxDice(false, random.nextBoolean(), 1e-3, -1);
        Value loss = add(op, logits, target);
        graph.keep(loss);
        losses.add(loss);
    }

    /** Some, and those that no loss depends on; never all. */
    private Set<Value> frozen() {
        Set<Value> used = new HashSet<>(losses);
        for (Node node : graph.nodes().reversed()) {
            if (node.outputs().stream().anyMatch(used::contains)) {
                used.addAll(node.inputs());
            }
        }
        List<Value> parameters = graph.values(Role.PARAMETER);
        Value trained = parameters.stream().filter(used::contains).findFirst().orElseThrow();
        Set<Value> frozen = new HashSet<>();
        for (Value parameter : parameters) {
            if (!used.contains(parameter) || random.nextInt(4) == 0 && !parameter.equals(trained)) {
                frozen.add(parameter);
            }
        }
        return frozen;
    }

    private Value add(Op op, Value... inputs) {
        return graph.add(name(), Phase.FORWARD, op, List.of(inputs), List.of()).getFirst();
    }

    private String name() {
        return "v" + names++;
    }

    private Value declare(Role role, TensorSpec spec, DoubleSupplier element) {
        Value value = graph.declare(name(), role, spec);
        double[] elements = new double[Math.toIntExact(spec.shape().elements())];
        for (int i = 0; i < elements.length; i++) {
            elements[i] = element.getAsDouble();
        }
        values.put(value, elements);
        return value;
    }
}
