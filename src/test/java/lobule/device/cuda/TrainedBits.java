package lobule.device.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import lobule.device.Step;
import lobule.nn.Loss;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.nn.UNetConfig;
import lobule.op.NesterovMomentum;
import lobule.op.Value.Role;
import lobule.op.Value;
import lobule.tensor.Shape;

/** Parameters after two steps of a small network, as one number; its products go to cuBLAS where there is one. */
public final class TrainedBits {
    private TrainedBits() {}

    /** Prints the libraries and the number, for what can only be tried in a process of its own. */
    public static void main(String[] arguments) {
        SimulatedGpu.report().libraries().forEach(library ->
                System.out.println(library.name() + " " + library.version() + " from " + library.path()));
        try (CudaDevice device = SimulatedGpu.open()) {
            System.out.println("trained " + of(device));
        }
    }

    static int of(CudaDevice device) {
        try (TrainingModel model = TrainingModel.create(device, UNetConfig.of(2, 1, 2, 2, 0),
                Shape.of(1, 2, 4, 12), new Loss(Loss.Kind.DICE_AND_CROSS_ENTROPY, List.of(), Loss.IGNORE),
                new NesterovMomentum(0.9, Double.POSITIVE_INFINITY), Recompute.NONE);
                Arena arena = Arena.ofConfined()) {
            Value input = model.training().input();
            MemorySegment image = arena.allocate(input.spec().bytes(), Float.BYTES);
            for (long i = 0; i < input.spec().shape().elements(); i++) {
                image.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) Math.sin(i));
            }
            MemorySegment labels = arena.allocate(model.training().target().orElseThrow().spec().bytes());
            labels.asSlice(0, labels.byteSize() / 2).fill((byte) 1);
            model.initialise(1);
            Step step = new Step();
            step.learningRate = 0.01;
            for (int i = 0; i < 2; i++) {
                model.train(image, labels, step);
                model.update(step);
            }
            return model.training().graph().values(Role.PARAMETER).stream()
                    .mapToInt(value -> hash(model, value, arena)).reduce(0, (a, b) -> 31 * a + b);
        }
    }

    private static int hash(TrainingModel model, Value value, Arena arena) {
        MemorySegment host = arena.allocate(value.spec().bytes(), Float.BYTES);
        model.download(value, host);
        return Arrays.hashCode(host.toArray(ValueLayout.JAVA_FLOAT));
    }
}
