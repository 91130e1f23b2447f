package lobule.benchmark.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.graph.Node;
import lobule.op.Value;
import lobule.tensor.DType;
import lobule.tensor.Layout;
import lobule.tensor.TensorSpec;

/** One node of a graph on a device by itself, its operands drawn from a seed. */
final class BoundOp implements AutoCloseable {
    private static final long SEED = 3;

    private final Device device;
    private final Kernel kernel;
    private final Buffer buffer;
    private final Operands operands;
    private final Launch launch;
    private final Step step = new Step();
    private long end;

    /** Every operand in memory of its own. */
    BoundOp(Device device, Node node) {
        this(device, node, OptionalInt.empty());
    }

    private BoundOp(Device device, Node node, OptionalInt overwritten) {
        this.device = device;
        List<TensorSpec> inputs = specs(node.inputs());
        List<TensorSpec> states = specs(node.states());
        List<TensorSpec> outputs = specs(node.outputs());
        this.kernel = device.prepare(node.op(), inputs, states, outputs);
        List<Long> offsets = new ArrayList<>();
        for (List<TensorSpec> specs : List.of(inputs, states, outputs)) {
            specs.forEach(spec -> offsets.add(place(spec.bytes())));
        }
        overwritten.ifPresent(input -> offsets.set(inputs.size() + states.size(), offsets.get(input)));
        long workspace = place(kernel.workspaceBytes());
        this.buffer = device.allocate(end);
        this.operands = new Operands(tensors(inputs, offsets, 0), tensors(states, offsets, inputs.size()),
                tensors(outputs, offsets, inputs.size() + states.size()), buffer, workspace);
        this.launch = kernel.bind(operands);
        step.learningRate = 1e-3;
        reset();
    }

    /**
     * In place, as the memory plan has it, where the op may write over an input and running it again and again does not
     * change what it reads; else like the constructor.
     */
    static BoundOp repeatable(Device device, Node node) {
        OptionalInt overwritten = node.op().overwritableInputs().stream().mapToInt(Integer::intValue)
                .filter(input -> node.inputs().get(input).spec().equals(node.outputs().getFirst().spec())).findFirst();
        if (overwritten.isPresent()) {
            BoundOp inPlace = new BoundOp(device, node, overwritten);
            if (inPlace.settles()) {
                return inPlace;
            }
            inPlace.close();
        }
        return new BoundOp(device, node);
    }

    /** Whether a second run leaves all as the first did. */
    private boolean settles() {
        try (Arena arena = Arena.ofShared()) {
            run();
            MemorySegment first = download(arena, operands.output(0));
            run();
            return first.mismatch(download(arena, operands.output(0))) < 0;
        }
    }

    private static List<TensorSpec> specs(List<Value> values) {
        return values.stream().map(Value::spec).toList();
    }

    private long place(long bytes) {
        long offset = end;
        end += Buffer.aligned(Math.max(bytes, 1));
        return offset;
    }

    private List<Tensor> tensors(List<TensorSpec> specs, List<Long> offsets, int first) {
        List<Tensor> tensors = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            tensors.add(new Tensor(buffer, offsets.get(first + i), specs.get(i)));
        }
        return tensors;
    }

    /** Sets inputs and states to what they were. */
    void reset() {
        SplittableRandom random = new SplittableRandom(SEED);
        for (List<Tensor> tensors : List.of(operands.inputs(), operands.states())) {
            for (Tensor tensor : tensors) {
                try (Arena arena = Arena.ofShared()) {
                    device.upload(draw(arena, tensor.spec(), random), tensor);
                }
            }
        }
    }

    /**
     * Activations: odd multiples of 1/256 from -1 to 1; all else, which may be a deviation, a variance or a sum: 1/4,
     * 1/2 or 1; labels 0 and 1, flags 1. Normalised, scaled and shifted by such numbers an activation keeps all its
     * bits and is never 0, so that every device decides each ReLU and each largest value of a window alike.
     */
    private static MemorySegment draw(Arena arena, TensorSpec spec, SplittableRandom random) {
        MemorySegment host = arena.allocate(spec.bytes(), Long.BYTES);
        long elements = spec.shape().elements();
        for (long i = 0; i < elements; i++) {
            switch (spec.type()) {
                case FLOAT32 -> host.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) number(spec, random));
                case FLOAT64 -> host.setAtIndex(ValueLayout.JAVA_DOUBLE, i, number(spec, random));
                case UINT8 -> host.set(ValueLayout.JAVA_BYTE, i, (byte) (elements == 1 ? 1 : random.nextInt(2)));
            }
        }
        return host;
    }

    private static double number(TensorSpec spec, SplittableRandom random) {
        return spec.layout() == Layout.ACTIVATION
                ? (2 * random.nextInt(256) - 255) / 256.0
                : Math.scalb(1.0, -random.nextInt(3));
    }

    void run() {
        launch.run(step);
        device.synchronize();
    }

    /** Outputs and states, which a run writes. */
    List<Tensor> written() {
        List<Tensor> written = new ArrayList<>(operands.outputs());
        written.addAll(operands.states());
        return written;
    }

    /** A written tensor of numbers as the host sees it, row-major. */
    MemorySegment download(Arena arena, Tensor tensor) {
        MemorySegment host = arena.allocate(tensor.spec().bytes(), Long.BYTES);
        device.download(tensor, host);
        return host;
    }

    /** An element of a host copy. */
    static double element(MemorySegment host, DType type, long index) {
        return switch (type) {
            case FLOAT32 -> host.getAtIndex(ValueLayout.JAVA_FLOAT, index);
            case FLOAT64 -> host.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
            case UINT8 -> host.get(ValueLayout.JAVA_BYTE, index);
        };
    }

    @Override
    public void close() {
        buffer.close();
        kernel.close();
    }
}
