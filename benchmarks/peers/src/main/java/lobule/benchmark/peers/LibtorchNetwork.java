package lobule.benchmark.peers;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.graph.Graph;
import lobule.nn.UNetConfig;
import lobule.op.Value;
import lobule.op.Value.Role;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * The U-Net in libtorch's operators, with the parameters' names of Lobule. A Java handle keeps its tensor's memory as
 * C++ scopes do, so each one is closed as soon as its tensor was used: what stays is what autograd saved.
 */
final class LibtorchNetwork {
    /** Block of convolution, norm and ReLU. */
    interface Block {
        /** @param name {@code encoder.0}, and which of its two blocks */
        Tensor apply(String name, int which, Tensor x);
    }

    private final int rank;
    private final UNetConfig config;
    private final Map<String, Tensor> values = new HashMap<>();
    private final List<String> parameters;

    LibtorchNetwork(Libtorch library, Task task, StepValues source) {
        this.config = task.network();
        this.rank = config.rank();
        if (config.dropout() > 0) {
            throw new IllegalArgumentException("dropout draws other masks in every library: compare without it");
        }
        Graph graph = task.predictionNetwork().graph();
        for (Role role : new Role[] {Role.PARAMETER, Role.STATE}) {
            graph.values(role).forEach(value -> values.put(value.name(), library.tensor(source, value)));
        }
        this.parameters = graph.values(Role.PARAMETER).stream().map(Value::name).toList();
    }

    List<String> parameters() {
        return parameters;
    }

    Tensor value(String name) {
        return values.get(name);
    }

    void replace(String name, Tensor tensor) {
        values.put(name, tensor).close();
    }

    /** To the logits. */
    Tensor forward(Tensor input, Block block) {
        Tensor[] skips = new Tensor[UNetConfig.LEVELS];
        Tensor x = input;
        for (int level = 0; level < UNetConfig.LEVELS; level++) {
            String name = "encoder." + level;
            Tensor first = level == 0 ? x : pool(skips[level - 1]);
            Tensor second = block.apply(name, 1, first);
            skips[level] = block.apply(name, 2, second);
            second.close();
            if (level > 0) {
                first.close();
            }
        }
        x = skips[UNetConfig.LEVELS - 1];
        for (int level = UNetConfig.LEVELS - 2; level >= 0; level--) {
            x = decode("decoder." + level, skips[level], x, block);
        }
        try (Tensor last = x) {
            return convolve(last, value("head.weight"), value("head.bias"));
        }
    }

    private Tensor decode(String name, Tensor skip, Tensor below, Block block) {
        Tensor joined;
        try (Tensor up = upConvolve(below, value(name + ".up.weight")); Tensor cropped = crop(skip, up);
                TensorVector both = new TensorVector(cropped, up)) {
            below.close();
            skip.close();
            joined = torch.cat(both, 1);
        }
        Tensor first = block.apply(name, 1, joined);
        joined.close();
        Tensor second = block.apply(name, 2, first);
        first.close();
        return second;
    }

    /** Valid, with stride 1; bias or null. */
    Tensor convolve(Tensor x, Tensor weight, Tensor bias) {
        return torch.convolution(x, weight, bias == null ? new TensorOptional() : new TensorOptional(bias), all(1),
                all(0), all(1), false, all(0), 1);
    }

    private Tensor upConvolve(Tensor x, Tensor weight) {
        return torch.convolution(x, weight, new TensorOptional(), all(2), all(0), all(1), true, all(0), 1);
    }

    private Tensor pool(Tensor x) {
        return rank == 3 ? torch.max_pool3d(x, all(2), all(2), all(0), all(1), false)
                : torch.max_pool2d(x, all(2), all(2), all(0), all(1), false);
    }

    /** The centre of a skip, a view. */
    private Tensor crop(Tensor skip, Tensor up) {
        Tensor view = skip;
        for (int axis = 2; axis < 2 + rank; axis++) {
            Tensor whole = view;
            long size = up.size(axis);
            view = whole.narrow(axis, (whole.size(axis) - size) / 2, size);
            if (axis > 2) {
                whole.close();
            }
        }
        return view;
    }

    /** One number for each spatial axis. */
    private long[] all(long value) {
        return filled(value, rank);
    }

    private static long[] filled(long value, int length) {
        long[] values = new long[length];
        Arrays.fill(values, value);
        return values;
    }

    /** Training statistics of a norm are moved as batch normalisation moves them. */
    Tensor trainingBlock(String name, int which, Tensor x) {
        String norm = name + ".norm" + which;
        try (Tensor y = convolve(x, value(name + ".conv" + which + ".weight"), null)) {
            return torch.batch_norm(y, optional(norm + ".weight"), optional(norm + ".bias"),
                    optional(norm + ".running_mean"), optional(norm + ".running_std"), true, config.momentum(),
                    config.epsilon(), false).relu_();
        }
    }

    private TensorOptional optional(String name) {
        return new TensorOptional(value(name));
    }

    /** Multiplies the norms with running statistics into the convolutions, which gives these a bias. */
    void foldNorms() {
        for (String parameter : parameters) {
            if (parameter.contains(".conv")) {
                fold(parameter, parameter.replace(".conv", ".norm").replace(".weight", ""));
            }
        }
    }

    private void fold(String convolution, String norm) {
        try (PointerScope _ = new PointerScope()) {
            Tensor scale = value(norm + ".weight").div(value(norm + ".running_std"));
            Tensor shift = value(norm + ".bias").sub(value(norm + ".running_mean").mul(scale));
            long[] alongOutputs = filled(1, rank + 2);
            alongOutputs[0] = scale.numel();
            Tensor weight = value(convolution).mul(scale.view(alongOutputs));
            weight.retainReference();
            shift.retainReference();
            replace(convolution, weight);
            replace(norm + ".bias", shift);
        }
    }

    /** After {@link #foldNorms}. */
    Tensor foldedBlock(String name, int which, Tensor x) {
        return convolve(x, value(name + ".conv" + which + ".weight"), value(name + ".norm" + which + ".bias")).relu_();
    }

    void close() {
        values.values().forEach(Tensor::close);
    }
}
