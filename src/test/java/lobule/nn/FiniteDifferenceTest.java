package lobule.nn;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import lobule.device.Device;
import lobule.device.HostBuffer;
import lobule.device.Launch;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.device.reference.ReferenceDevice;
import lobule.graph.Phase;
import lobule.op.Adam;
import lobule.op.BatchRenormBackward;
import lobule.op.ConvolutionBackwardData;
import lobule.op.Dropout;
import lobule.op.EncoderOutputBackward;
import lobule.op.Op;
import lobule.op.SoftmaxDiceBackward;
import lobule.op.TransposedConvolutionBackwardData;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;
import lobule.verification.FaultyDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Gradients g of a whole network against differences of its loss: along v, a random half of the elements of one
 * tensor's g, (L(w + hv) - L(w)) / h must be g·v = v·v. With r = 1 and d = 0, which are constants for the gradient but
 * not for the loss.
 */
class FiniteDifferenceTest {
    private static final Shape OUTPUT = Shape.of(1, 3, 4, 12);
    /**
     * How far the loss moves. Less is lost in its 24 bits; the farther, the more ReLU and max-pool decisions change on
     * the way, which no gradient foresees. Such a kink lies on one side: the central and both one-sided slopes are
     * taken, at two distances, and the best counts.
     */
    private static final double[] RISES = {1e-5, 3e-6};
    private static final double TOLERANCE = 2e-2;
    private static final int TENSORS = 16;
    /** Tensors that may be off: those whose slope breaks right where it is taken. */
    private static final int KINKED = 1;

    static Stream<Arguments> networks() {
        return Stream.of(Loss.Kind.values()).flatMap(kind -> Stream.of(0.0, 0.5).map(
                dropout -> Arguments.of(kind, dropout)));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void gradientsAreThoseOfTheLoss(Loss.Kind kind, double dropout) {
        try (Device device = new ReferenceDevice()) {
            double worst = worstError(device, kind, dropout);
            assertTrue(worst <= TOLERANCE, "relative error " + worst);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {SoftmaxDiceBackward.class, ConvolutionBackwardData.class, BatchRenormBackward.class,
        EncoderOutputBackward.class, TransposedConvolutionBackwardData.class})
    void aBackwardOpThatWritesTooMuchIsSeen(Class<? extends Op> type) {
        assertSeen(type, 0, (right, operands, step) -> {
            right.run(step);
            scale(operands.output(0));
        });
    }

    @Test
    void aDropoutMaskThatIsAnotherOneBackwardIsSeen() {
        List<Launch> launches = new ArrayList<>();
        assertSeen(Dropout.class, 0.5, (right, operands, step) -> {
            if (!launches.contains(right)) {
                launches.add(right);
            }
            // The three of the forward pass come first.
            step.microStep = launches.indexOf(right) < 3 ? 0 : 1;
            right.run(step);
        });
        assertSeen(BatchRenormBackward.class, 0.5, (right, operands, step) -> {
            step.microStep = 1;
            right.run(step);
            step.microStep = 0;
        });
    }

    private static void assertSeen(Class<? extends Op> type, double dropout, FaultyDevice.Fault fault) {
        try (Device device = new FaultyDevice(new ReferenceDevice(), (op, states) -> type.isInstance(op), fault)) {
            double worst = worstError(device, Loss.Kind.DICE, dropout);
            assertTrue(!(worst <= TOLERANCE), "relative error " + worst);
        }
    }

    private static void scale(Tensor tensor) {
        MemorySegment memory = HostBuffer.segment(tensor);
        for (long i = 0; i < tensor.spec().shape().elements(); i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1.1f * memory.getAtIndex(ValueLayout.JAVA_FLOAT, i));
        }
    }

    private static double worstError(Device device, Loss.Kind kind, double dropout) {
        UNetConfig config = UNetConfig.of(2, 1, 3, 2, dropout);
        Loss loss = new Loss(kind, List.of(1.0, 0.5, 2.0), Loss.IGNORE);
        Random random = new Random(7);
        try (TrainingModel model = TrainingModel.create(device, config, OUTPUT, loss,
                new Adam(0.9, 0.999, 1e-8, Double.POSITIVE_INFINITY), Recompute.NONE);
                Arena arena = Arena.ofConfined()) {
            model.initialise(3);
            Step step = new Step();
            step.seed = 11;
            model.train(image(arena, config.inputShape(OUTPUT), random), labels(arena, random), step);
            List<Value> parameters = new ArrayList<>(model.training().graph().values(Role.PARAMETER));
            Collections.shuffle(parameters, random);
            return parameters.stream().limit(TENSORS).mapToDouble(value -> error(model, value, step, random)).sorted()
                    .toArray()[TENSORS - 1 - KINKED];
        }
    }

    /** The relative error of the slope that a parameter's gradient foretells. */
    private static double error(TrainingModel model, Value parameter, Step step, Random random) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment weight = host(arena, parameter);
            MemorySegment gradient = host(arena, parameter);
            model.download(parameter, weight);
            model.download(model.training().graph().value(parameter.name() + ".gradient"), gradient);
            float[] direction = direction(gradient, random);
            double expected = 0;
            for (float g : direction) {
                expected += (double) g * g;
            }
            double start = loss(model, parameter, weight, direction, 0, step);
            double best = Double.POSITIVE_INFINITY;
            for (double rise : RISES) {
                double h = rise / expected;
                double above = (loss(model, parameter, weight, direction, h, step) - start) / h;
                double below = (start - loss(model, parameter, weight, direction, -h, step)) / h;
                for (double slope : new double[] {above, below, (above + below) / 2}) {
                    best = Math.min(best, Math.abs(slope / expected - 1));
                }
            }
            model.upload(parameter, weight);
            return best;
        }
    }

    /** The gradient at a random half of the elements, of one at least. */
    private static float[] direction(MemorySegment gradient, Random random) {
        float[] direction = gradient.toArray(ValueLayout.JAVA_FLOAT);
        for (int i = 1; i < direction.length; i++) {
            direction[i] = random.nextBoolean() ? direction[i] : 0;
        }
        return direction;
    }

    /** The loss with the parameter at weight + move * direction. */
    private static double loss(TrainingModel model, Value parameter, MemorySegment weight, float[] direction,
                               double move, Step step) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment moved = host(arena, parameter);
            for (int i = 0; i < direction.length; i++) {
                moved.setAtIndex(ValueLayout.JAVA_FLOAT, i,
                        (float) (weight.getAtIndex(ValueLayout.JAVA_FLOAT, i) + move * direction[i]));
            }
            model.upload(parameter, moved);
            model.trainingRun().run(Phase.FORWARD, step);
            double loss = 0;
            for (Value summand : model.training().losses()) {
                MemorySegment value = host(arena, summand);
                model.trainingRun().download(summand, value);
                loss += value.get(ValueLayout.JAVA_FLOAT, 0);
            }
            return loss;
        }
    }

    private static MemorySegment host(Arena arena, Value value) {
        return arena.allocate(value.spec().bytes(), Long.BYTES);
    }

    private static MemorySegment image(Arena arena, Shape shape, Random random) {
        MemorySegment image = arena.allocate(TensorSpec.activation(shape).bytes(), Long.BYTES);
        for (long i = 0; i < shape.elements(); i++) {
            image.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        }
        return image;
    }

    /** All three classes, and some voxels that are left out. */
    private static MemorySegment labels(Arena arena, Random random) {
        MemorySegment labels = arena.allocate(OUTPUT.without(1).elements());
        for (long i = 0; i < labels.byteSize(); i++) {
            int label = random.nextInt(4);
            labels.set(ValueLayout.JAVA_BYTE, i, (byte) (label == 3 ? Loss.IGNORE : label));
        }
        return labels;
    }
}
