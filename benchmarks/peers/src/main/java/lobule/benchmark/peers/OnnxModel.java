package lobule.benchmark.peers;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.graph.Graph;
import lobule.nn.UNetConfig;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;
import lobule.tensor.Shape;

/**
 * Writes the U-Net in its inference form as an ONNX model (operator set 17, sizes fixed), as an exporter would: one
 * node for each convolution, batch normalisation, ReLU, pooling, crop and concatenation. Numbers of fields are those of
 * onnx.proto.
 */
final class OnnxModel {
    static final String INPUT = "input";
    static final String OUTPUT = "logits";
    private static final long OPERATOR_SET = 17;
    private static final long IR_VERSION = 8;
    private static final int FLOAT = 1;
    private static final int INT64 = 7;
    /** Field of ModelProto. Several of these are merged when read, so that one tensor at a time is in memory. */
    private static final int GRAPH = 7;
    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;

    private final OutputStream out;
    private final Graph network;
    private final int rank;
    private final StepValues values;

    private OnnxModel(OutputStream out, Task task, StepValues values) {
        this.out = out;
        this.network = task.unfusedNetwork().graph();
        this.rank = task.patch().size();
        this.values = values;
    }

    static void write(Path file, Task task, StepValues values) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            new OnnxModel(out, task, values).write(task);
        }
    }

    private void write(Task task) throws IOException {
        new ProtocolBuffer().number(1, IR_VERSION).text(2, "lobule")
                .message(8, new ProtocolBuffer().text(1, "").number(2, OPERATOR_SET)).writeTo(out);
        graph(new ProtocolBuffer().text(2, "unet").message(11, valueInfo(INPUT, task.input()))
                .message(12, valueInfo(OUTPUT, task.output())));
        for (Value value : network.values()) {
            if (value.role() == Role.PARAMETER || value.role() == Role.STATE) {
                initializer(value);
            }
        }
        nodes();
    }

    private void graph(ProtocolBuffer part) throws IOException {
        new ProtocolBuffer().message(GRAPH, part).writeTo(out);
    }

    private static ProtocolBuffer valueInfo(String name, Shape shape) {
        ProtocolBuffer sizes = new ProtocolBuffer();
        shape.sizes().forEach(size -> sizes.message(1, new ProtocolBuffer().number(1, size)));
        ProtocolBuffer tensor = new ProtocolBuffer().number(1, FLOAT).message(2, sizes);
        return new ProtocolBuffer().text(1, name).message(2, new ProtocolBuffer().message(1, tensor));
    }

    /** Running deviations become the variances that, with epsilon added, are their squares. */
    private void initializer(Value value) throws IOException {
        if (value.spec().type() != DType.FLOAT32) {
            return;
        }
        try (Arena arena = Arena.ofShared()) {
            MemorySegment host = arena.allocate(value.spec().bytes(), Long.BYTES);
            values.read(value, host);
            if (value.name().endsWith(".running_std")) {
                for (long i = 0; i < value.spec().shape().elements(); i++) {
                    float deviation = host.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    host.setAtIndex(ValueLayout.JAVA_FLOAT, i, deviation * deviation);
                }
            }
            tensor(value.name(), FLOAT, Libtorch.sizes(value.spec().shape()), host.toArray(ValueLayout.JAVA_BYTE));
        }
    }

    private void indices(String name, long... indices) throws IOException {
        tensor(name, INT64, new long[] {indices.length},
                MemorySegment.ofArray(indices).toArray(ValueLayout.JAVA_BYTE));
    }

    private void tensor(String name, int type, long[] sizes, byte[] data) throws IOException {
        graph(new ProtocolBuffer().message(GRAPH_INITIALIZER, new ProtocolBuffer().number(1, sizes).number(2, type)
                .text(8, name).bytes(9, data)));
    }

    private void nodes() throws IOException {
        String x = INPUT;
        for (int level = 0; level < UNetConfig.LEVELS; level++) {
            String name = "encoder." + level;
            if (level > 0) {
                node("MaxPool", name + ".pool", new ProtocolBuffer().message(5, all("kernel_shape", 2))
                        .message(5, all("strides", 2)), skip(level - 1));
            }
            x = block(name, 2, block(name, 1, level > 0 ? name + ".pool" : x));
        }
        for (int level = UNetConfig.LEVELS - 2; level >= 0; level--) {
            String name = "decoder." + level;
            node("ConvTranspose", name + ".up", new ProtocolBuffer().message(5, all("strides", 2)), x,
                    name + ".up.weight");
            crop(name, skip(level), network.value(skip(level)).spec().shape(),
                    network.value(name + ".up").spec().shape());
            node("Concat", name + ".concatenate", new ProtocolBuffer().message(5, attribute("axis", 1)),
                    name + ".crop", name + ".up");
            x = block(name, 2, block(name, 1, name + ".concatenate"));
        }
        node("Conv", OUTPUT, new ProtocolBuffer(), x, "head.weight", "head.bias");
    }

    private static String skip(int level) {
        return "encoder." + level + ".norm2";
    }

    private String block(String name, int which, String x) throws IOException {
        String convolution = name + ".conv" + which;
        String norm = name + ".norm" + which;
        node("Conv", convolution, new ProtocolBuffer(), x, convolution + ".weight");
        node("BatchNormalization", norm + ".normalised", new ProtocolBuffer().message(5, attribute("epsilon", 0f)),
                convolution, norm + ".weight", norm + ".bias", norm + ".running_mean", norm + ".running_std");
        node("Relu", norm, new ProtocolBuffer(), norm + ".normalised");
        return norm;
    }

    private void crop(String name, String skip, Shape whole, Shape up) throws IOException {
        long[] from = new long[rank];
        long[] to = new long[rank];
        long[] axes = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            from[axis] = (whole.spatial(axis) - up.spatial(axis)) / 2;
            to[axis] = from[axis] + up.spatial(axis);
            axes[axis] = 2L + axis;
        }
        indices(name + ".from", from);
        indices(name + ".to", to);
        indices(name + ".axes", axes);
        node("Slice", name + ".crop", new ProtocolBuffer(), skip, name + ".from", name + ".to", name + ".axes");
    }

    /** @param attributes fields 5 of the node */
    private void node(String type, String output, ProtocolBuffer attributes, String... inputs) throws IOException {
        graph(new ProtocolBuffer().message(GRAPH_NODE, attributes.text(1, inputs).text(2, output).text(3, output)
                .text(4, type)));
    }

    private static ProtocolBuffer attribute(String name, long value) {
        return new ProtocolBuffer().text(1, name).number(3, value).number(20, 2);
    }

    private static ProtocolBuffer attribute(String name, float value) {
        return new ProtocolBuffer().text(1, name).fixed(2, value).number(20, 1);
    }

    /** The same integer for each spatial axis. */
    private ProtocolBuffer all(String name, long value) {
        long[] values = new long[rank];
        Arrays.fill(values, value);
        return new ProtocolBuffer().text(1, name).number(8, values).number(20, 7);
    }
}
