package lobule.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lobule.graph.Gradient;
import lobule.graph.Graph;
import lobule.graph.Phase;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormStatistics;
import lobule.op.Convolution;
import lobule.op.CropConcatenate;
import lobule.op.Dropout;
import lobule.op.EncoderOutput;
import lobule.op.MaxPool;
import lobule.op.Op;
import lobule.op.RunningStatistics;
import lobule.op.SegmentationScore;
import lobule.op.TransposedConvolution;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * The U-Net of Cicek et al. (2016) with valid convolutions, in 3D or 2D: four levels, blocks of convolution, batch
 * renormalisation and ReLU, channels doubled before each pooling, centre-cropped skips.
 */
public final class UNet {
    private final UNetConfig config;
    private final boolean training;
    private final MemorySaving saving;
    private final Graph graph = new Graph();
    private final Map<Value, Initial> initials = new LinkedHashMap<>();
    private int dropouts;

    private UNet(UNetConfig config, boolean training, MemorySaving saving) {
        this.config = config;
        this.training = training;
        this.saving = saving;
    }

    /**
     * Forward with batch statistics and dropout, backward, and update.
     *
     * @param output    patch (N, classes, D, H, W); every size 8k + 4
     * @param optimizer {@link lobule.op.Adam} or {@link lobule.op.NesterovMomentum}
     */
    public static SegmentationNetwork training(UNetConfig config, Shape output, Loss loss, Op optimizer,
                                               MemorySaving saving) {
        UNet net = new UNet(config, true, saving);
        SegmentationNetwork forward = net.withLoss(output, loss);
        Map<Value, Value> gradients = Gradient.append(net.graph, forward.losses(), Set.of(),
                saving.recompute()::includes);
        Value norm = OptimizerUpdate.append(net.graph, gradients, optimizer);
        return new SegmentationNetwork(net.graph, forward.input(), forward.target(), forward.logits(),
                forward.losses(), forward.score(), Optional.of(norm), net.initials);
    }

    /** Forward with running statistics and without dropout, with loss and score. */
    public static SegmentationNetwork evaluation(UNetConfig config, Shape output, Loss loss, MemorySaving saving) {
        return new UNet(config, false, saving).withLoss(output, loss);
    }

    /** {@link #prediction(UNetConfig, Shape, MemorySaving)} for devices that have the fused ops. */
    public static SegmentationNetwork prediction(UNetConfig config, Shape output) {
        return prediction(config, output, MemorySaving.DEFAULT);
    }

    /** Forward with running statistics and without dropout, to the logits only. */
    public static SegmentationNetwork prediction(UNetConfig config, Shape output, MemorySaving saving) {
        UNet net = new UNet(config, false, saving);
        Value input = net.declareInput(output);
        Value logits = net.forward(input, output);
        return new SegmentationNetwork(net.graph, input, Optional.empty(), logits, List.of(), Optional.empty(),
                Optional.empty(), net.initials);
    }

    private SegmentationNetwork withLoss(Shape output, Loss loss) {
        Value input = declareInput(output);
        Value target = graph.declare("target", Role.INPUT, TensorSpec.rowMajor(DType.UINT8,
                output.without(1).sizes().stream().mapToLong(Long::longValue).toArray()));
        Value logits = forward(input, output);
        List<Value> losses = new ArrayList<>();
        for (Op op : loss.ops()) {
            Value value = graph.add("loss." + losses.size(), Phase.FORWARD, op, List.of(logits, target), List.of())
                    .getFirst();
            graph.keep(value);
            losses.add(value);
        }
        Value score = add("score", new SegmentationScore(loss.ignoreLabel()), logits, target);
        graph.keep(score);
        return new SegmentationNetwork(graph, input, Optional.of(target), logits, losses, Optional.of(score),
                Optional.empty(), initials);
    }

    private Value declareInput(Shape output) {
        for (int axis = 0; axis < output.spatialRank(); axis++) {
            if (!UNetConfig.legalOutput(output.spatial(axis))) {
                throw new IllegalArgumentException("U-Net: output " + output + " has axis "
                        + "DHW".charAt(axis + 3 - output.spatialRank()) + " of " + output.spatial(axis)
                        + ", expected 8k + 4");
            }
        }
        return graph.declare("input", Role.INPUT, TensorSpec.activation(config.inputShape(output)));
    }

    private Value forward(Value input, Shape output) {
        Value[] skips = new Value[UNetConfig.LEVELS - 1];
        Value x = input;
        for (int level = 0; level < UNetConfig.LEVELS; level++) {
            String name = "encoder." + level;
            x = convolution(name, 1, x, level == 0 ? config.baseChannels() : channels(level - 1));
            x = convolution(name, 2, renorm(name, 1, x), channels(level));
            if (level < skips.length) {
                List<Value> ends = encoderOutput(name, x, concatenation(output, level));
                x = ends.get(0);
                skips[level] = ends.get(1);
            }
        }
        x = renorm("encoder." + (UNetConfig.LEVELS - 1), 2, x);
        for (int level = UNetConfig.LEVELS - 2; level >= 0; level--) {
            String name = "decoder." + level;
            x = concatenated(name, skips[level], x);
            Optional<Dropout> dropout = nextDropout();
            x = dropout.isPresent() ? add(name + ".dropout", dropout.get(), x) : x;
            x = renorm(name, 1, convolution(name, 1, x, channels(level)), nextDropout());
            x = renorm(name, 2, convolution(name, 2, x, channels(level)));
        }
        Value logits = head(x);
        graph.keep(logits);
        return logits;
    }

    /** What the first convolution of a decoder level reads: the encoder's channels, then the level's below. */
    private Shape concatenation(Shape output, int level) {
        Shape shape = output.withChannels(channels(level) + channels(level + 1));
        for (int axis = 0; axis < output.spatialRank(); axis++) {
            long size = output.spatial(axis) + 4;
            for (int above = 0; above < level; above++) {
                size = size / MaxPool.WINDOW + 4;
            }
            shape = shape.withSpatial(axis, size);
        }
        return shape;
    }

    /** What the next level and the decoder read of a level. */
    private List<Value> encoderOutput(String name, Value x, Shape concatenation) {
        if (saving.fused()) {
            return graph.add(name + ".output", Phase.FORWARD, new EncoderOutput(concatenation, false),
                    normOperands(name + ".norm2", x), List.of());
        }
        Value y = renorm(name, 2, x);
        return List.of(add(name + ".pool", new MaxPool(), y), y);
    }

    private Value concatenated(String name, Value skip, Value x) {
        long channels = x.spec().shape().channels();
        Value weight = parameter(name + ".up.weight", new Initial.Normal(Math.sqrt(1.0 / channels)),
                kernel(channels, channels, 2));
        if (saving.fused()) {
            return add(name + ".up", new TransposedConvolution(true), x, weight, skip);
        }
        Value up = add(name + ".up", new TransposedConvolution(), x, weight);
        return add(name + ".concatenate", new CropConcatenate(), skip, up);
    }

    /** Channels that leave a level: 2^(level+1) n. */
    private long channels(int level) {
        return (2L << level) * config.baseChannels();
    }

    private Value convolution(String name, int which, Value x, long channels) {
        long[] sizes = kernel(channels, x.spec().shape().channels(), 3);
        Value weight = parameter(name + ".conv" + which + ".weight", Initial.Normal.he(product(sizes) / channels),
                sizes);
        return add(name + ".conv" + which, new Convolution(false), x, weight);
    }

    private Value renorm(String name, int which, Value x) {
        return renorm(name, which, x, Optional.empty());
    }

    private Value renorm(String name, int which, Value x, Optional<Dropout> dropout) {
        String norm = name + ".norm" + which;
        boolean inside = saving.fused();
        Value y = graph.add(norm, Phase.FORWARD, new BatchRenorm(true, inside ? dropout : Optional.empty()),
                normOperands(norm, x), List.of()).getFirst();
        return inside || dropout.isEmpty() ? y : add(norm + ".dropout", dropout.get(), y);
    }

    /** x, its statistics, scale and shift. */
    private List<Value> normOperands(String name, Value x) {
        long channels = x.spec().shape().channels();
        Value gamma = parameter(name + ".weight", new Initial.Constant(1), channels);
        Value beta = parameter(name + ".bias", new Initial.Constant(0), channels);
        Value mean = state(name + ".running_mean", 0, TensorSpec.rowMajor(channels));
        Value deviation = state(name + ".running_std", 1, TensorSpec.rowMajor(channels));
        Value flag = state(name + ".initialised", 0, TensorSpec.rowMajor(DType.UINT8, 1));
        Value statistics = training
                ? graph.add(name + ".statistics", Phase.FORWARD,
                        new BatchRenormStatistics(config.epsilon(), config.momentum()), List.of(x),
                        List.of(mean, deviation, flag)).getFirst()
                : add(name + ".statistics", new RunningStatistics(), mean, deviation);
        return List.of(x, statistics, gamma, beta);
    }

    /** The dropout before the next convolution of the decoder, if there is any. */
    private Optional<Dropout> nextDropout() {
        return training && config.dropout() > 0
                ? Optional.of(new Dropout(config.dropout(), dropouts++)) : Optional.empty();
    }

    private Value head(Value x) {
        long channels = x.spec().shape().channels();
        Value weight = parameter("head.weight", new Initial.Normal(Math.sqrt(1.0 / channels)),
                kernel(config.classes(), channels, 1));
        Value bias = parameter("head.bias", new Initial.Constant(0), config.classes());
        return add("head", new Convolution(true), x, weight, bias);
    }

    private long[] kernel(long outer, long inner, long size) {
        long[] sizes = new long[2 + config.rank()];
        Arrays.fill(sizes, size);
        sizes[0] = outer;
        sizes[1] = inner;
        return sizes;
    }

    private static long product(long... sizes) {
        return Shape.of(sizes).elements();
    }

    private Value parameter(String name, Initial initial, long... sizes) {
        Value value = graph.declare(name, Role.PARAMETER, TensorSpec.rowMajor(sizes));
        initials.put(value, initial);
        return value;
    }

    private Value state(String name, float initial, TensorSpec spec) {
        Value value = graph.declare(name, Role.STATE, spec);
        initials.put(value, new Initial.Constant(initial));
        return value;
    }

    private Value add(String name, Op op, Value... inputs) {
        return graph.add(name, Phase.FORWARD, op, List.of(inputs), List.of()).getFirst();
    }
}
