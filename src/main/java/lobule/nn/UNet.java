package lobule.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.graph.Gradient;
import lobule.graph.Graph;
import lobule.graph.Phase;
import lobule.op.BatchRenorm;
import lobule.op.BatchRenormStatistics;
import lobule.op.Convolution;
import lobule.op.CropConcatenate;
import lobule.op.Dropout;
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
    private final Graph graph = new Graph();
    private final Map<Value, Initial> initials = new LinkedHashMap<>();
    private int dropouts;

    private UNet(UNetConfig config, boolean training) {
        this.config = config;
        this.training = training;
    }

    /**
     * Forward with batch statistics and dropout, backward, and update.
     *
     * @param output    patch (N, classes, D, H, W); every size 8k + 4
     * @param optimizer {@link lobule.op.Adam} or {@link lobule.op.NesterovMomentum}
     */
    public static SegmentationNetwork training(UNetConfig config, Shape output, Loss loss, Op optimizer) {
        UNet net = new UNet(config, true);
        SegmentationNetwork forward = net.withLoss(output, loss);
        Gradient.append(net.graph, forward.losses());
        Value norm = OptimizerUpdate.append(net.graph, optimizer);
        return new SegmentationNetwork(net.graph, forward.input(), forward.target(), forward.logits(),
                forward.losses(), forward.score(), Optional.of(norm), net.initials);
    }

    /** Forward with running statistics and without dropout, with loss and score. */
    public static SegmentationNetwork evaluation(UNetConfig config, Shape output, Loss loss) {
        return new UNet(config, false).withLoss(output, loss);
    }

    /** Forward with running statistics and without dropout, to the logits only. */
    public static SegmentationNetwork prediction(UNetConfig config, Shape output) {
        UNet net = new UNet(config, false);
        Value input = net.declareInput(output);
        Value logits = net.forward(input);
        return new SegmentationNetwork(net.graph, input, Optional.empty(), logits, List.of(), Optional.empty(),
                Optional.empty(), net.initials);
    }

    private SegmentationNetwork withLoss(Shape output, Loss loss) {
        Value input = declareInput(output);
        Value target = graph.declare("target", Role.INPUT, TensorSpec.rowMajor(DType.UINT8,
                output.without(1).sizes().stream().mapToLong(Long::longValue).toArray()));
        Value logits = forward(input);
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

    private Value forward(Value input) {
        Value[] skips = new Value[UNetConfig.LEVELS];
        Value x = input;
        for (int level = 0; level < UNetConfig.LEVELS; level++) {
            x = level == 0 ? x : add("encoder." + level + ".pool", new MaxPool(), x);
            String name = "encoder." + level;
            x = block(name, 1, x, level == 0 ? config.baseChannels() : channels(level - 1));
            x = block(name, 2, x, channels(level));
            skips[level] = x;
        }
        for (int level = UNetConfig.LEVELS - 2; level >= 0; level--) {
            String name = "decoder." + level;
            Value up = upConvolution(name, x);
            x = add(name + ".concatenate", new CropConcatenate(), skips[level], up);
            x = block(name, 1, dropout(name, 1, x), channels(level));
            x = block(name, 2, dropout(name, 2, x), channels(level));
        }
        Value logits = head(x);
        graph.keep(logits);
        return logits;
    }

    /** Channels that leave a level: 2^(level+1) n. */
    private long channels(int level) {
        return (2L << level) * config.baseChannels();
    }

    private Value block(String name, int which, Value x, long channels) {
        long in = x.spec().shape().channels();
        long[] sizes = kernel(channels, in, 3);
        Value weight = parameter(name + ".conv" + which + ".weight", Initial.Normal.he(product(sizes) / channels),
                sizes);
        Value y = add(name + ".conv" + which, new Convolution(false), x, weight);
        return renorm(name + ".norm" + which, y);
    }

    private Value renorm(String name, Value x) {
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
        return add(name, new BatchRenorm(true), x, statistics, gamma, beta);
    }

    private Value dropout(String name, int which, Value x) {
        if (!training || config.dropout() == 0) {
            return x;
        }
        return add(name + ".dropout" + which, new Dropout(config.dropout(), dropouts++), x);
    }

    private Value upConvolution(String name, Value x) {
        long channels = x.spec().shape().channels();
        Value weight = parameter(name + ".up.weight", new Initial.Normal(Math.sqrt(1.0 / channels)),
                kernel(channels, channels, 2));
        return add(name + ".up", new TransposedConvolution(), x, weight);
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
