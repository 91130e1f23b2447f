package lobule.verification;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import lobule.checkpoint.CheckpointException;
import lobule.checkpoint.ElementType;
import lobule.checkpoint.SafeTensors;
import lobule.device.Step;
import lobule.nn.Loss;
import lobule.nn.MemorySaving;
import lobule.nn.UNet;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;
import lobule.tensor.Shape;

/**
 * One training step recorded in a safetensors file: input, target, parameters before, and what came of them: logits,
 * loss, gradients, parameters and running statistics after one Adam step. The metadata say which network and loss. All
 * of it is checked when it is opened.
 */
public final class StepFixture implements AutoCloseable {
    /** As in the runs that the files record. */
    static final Adam OPTIMIZER = new Adam(0.9, 0.999, 1e-8, Double.POSITIVE_INFINITY);
    private static final double LEARNING_RATE = 5e-4;

    private final SafeTensors tensors;
    private final FixtureMetadata metadata;
    private final Shape output;
    private final List<String> unused = new ArrayList<>();

    private StepFixture(SafeTensors tensors) {
        this.tensors = tensors;
        this.metadata = FixtureMetadata.of(tensors);
        this.output = output(tensors.entry("target"));
        List<Value> trained;
        try {
            trained = UNet.training(config(), output, loss(), OPTIMIZER, MemorySaving.DEFAULT).graph().values();
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CheckpointException(tensors.file() + ": describes no network: " + e.getMessage(), e);
        }
        requireTensors(trained);
        requireLabels();
    }

    /** @throws CheckpointException naming file and field where anything is missing, damaged or does not fit */
    @SuppressWarnings("MustBeClosedChecker")
    public static StepFixture open(Path file) {
        SafeTensors tensors = SafeTensors.open(file);
        try {
            return new StepFixture(tensors);
        } catch (RuntimeException e) {
            tensors.close();
            throw e;
        }
    }

    private Shape output(SafeTensors.Entry target) {
        Shape labels = target.shape();
        if (labels.rank() != 1 + config().rank()) {
            throw new CheckpointException(file() + ": tensor target is " + labels + ", expected "
                    + (1 + config().rank()) + " axes, batch and space, as metadata key rank is " + config().rank());
        }
        List<Long> sizes = new ArrayList<>(labels.sizes());
        sizes.add(1, (long) config().classes());
        return new Shape(sizes);
    }

    private void requireTensors(List<Value> values) {
        Set<String> expected = new HashSet<>();
        require("input", ElementType.F32, config().inputShape(output), expected);
        require("target", ElementType.U8, output.without(1), expected);
        require("logits", ElementType.F32, output, expected);
        boolean scalar = tensors.entry("loss").shape().rank() == 0;
        require("loss", ElementType.F32, scalar ? Shape.of() : Shape.of(1), expected);
        for (Value value : values) {
            if (value.role() == Role.PARAMETER) {
                require("grad." + value.name(), ElementType.F32, value.spec().shape(), expected);
            }
            if (isRecorded(value)) {
                require("param." + value.name(), ElementType.F32, value.spec().shape(), expected);
                require("after." + value.name(), ElementType.F32, value.spec().shape(), expected);
            }
        }
        for (String name : tensors.entries().keySet()) {
            if (name.matches("(param|grad|after)\\..*") && !expected.contains(name)) {
                throw new CheckpointException(file() + ": tensor " + name + " is of no parameter of the network"
                        + " that the metadata describe");
            }
            if (!expected.contains(name)) {
                unused.add("tensor " + name);
            }
        }
        metadata.unused().forEach(key -> unused.add("metadata key " + key));
    }

    /** Parameters and running statistics; the flags beside these are not in the files. */
    static boolean isRecorded(Value value) {
        return value.role() == Role.PARAMETER || value.role() == Role.STATE && value.spec().type() == DType.FLOAT32;
    }

    private void require(String name, ElementType type, Shape shape, Set<String> expected) {
        tensors.entry(name, type, shape);
        expected.add(name);
    }

    private void requireLabels() {
        MemorySegment target = data("target");
        for (long i = 0; i < target.byteSize(); i++) {
            int label = Byte.toUnsignedInt(target.get(ValueLayout.JAVA_BYTE, i));
            if (label >= config().classes() && label != loss().ignoreLabel()) {
                throw new CheckpointException(file() + ": tensor target holds label " + label + " at element " + i
                        + ", expected less than " + config().classes() + ", the number of classes");
            }
        }
    }

    public Path file() {
        return tensors.file();
    }

    public UNetConfig config() {
        return metadata.config();
    }

    public Loss loss() {
        return metadata.loss();
    }

    /** Shape of the logits, (N, classes, D, H, W) or (N, classes, H, W). */
    public Shape output() {
        return output;
    }

    /** What the file holds that the step does not use. */
    public List<String> unused() {
        return List.copyOf(unused);
    }

    /** The first step of a training: learning rate 5e-4, and the file's clips of batch renormalisation. */
    Step step() {
        Step step = new Step();
        step.learningRate = LEARNING_RATE;
        step.rMax = metadata.rMax();
        step.dMax = metadata.dMax();
        return step;
    }

    /** A tensor's bytes, unaligned. */
    MemorySegment data(String name) {
        return tensors.entry(name).data();
    }

    @Override
    public void close() {
        tensors.close();
    }
}
