package lobule.benchmark.task;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import lobule.checkpoint.SafeTensorsWriter;
import lobule.device.Device;
import lobule.device.Step;
import lobule.nn.Recompute;
import lobule.nn.SegmentationNetwork;
import lobule.nn.TrainingModel;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;

/**
 * Records a task's step as a device computes it: what libraries are checked against. The file has the entries of the
 * fixtures that {@code lobule verify} reads, as far as they are compared here, and one more, the logits of the forward
 * task.
 */
public final class RecordedStep {
    public static final String LOGITS = "logits";
    public static final String LOSS = "loss";
    /** Before a parameter's name. */
    public static final String GRADIENT = "grad.";
    /** Logits with running statistics; fixtures have none. */
    public static final String PREDICTION = "prediction";
    /** Before the name of a parameter or running statistic. */
    static final String BEFORE = "param.";

    private RecordedStep() {}

    /** Runs both tasks from seeded values, forward first, and writes what came of them. */
    public static void write(Path file, Device device, Task task, long seed) {
        try (Arena arena = Arena.ofShared();
                TrainingModel model = TrainingModel.create(device, task.network(), task.output(), task.objective(),
                        Task.OPTIMIZER, Recompute.NONE)) {
            SegmentationNetwork network = model.training();
            StepValues values = new SeededValues(network.initials(), seed);
            SafeTensorsWriter writer = new SafeTensorsWriter(Map.of());
            for (Role role : new Role[] {Role.PARAMETER, Role.STATE}) {
                for (Value value : network.graph().values(role)) {
                    model.upload(value, read(arena, values, value));
                    if (value.spec().type() == DType.FLOAT32) {
                        writer.add(BEFORE + value.name(), value.spec(), host -> values.read(value, host));
                    }
                }
            }
            run(arena, model, values, writer);
            writer.write(file);
        }
    }

    private static void run(Arena arena, TrainingModel model, StepValues values, SafeTensorsWriter writer) {
        SegmentationNetwork network = model.training();
        Value target = network.target().orElseThrow();
        MemorySegment input = read(arena, values, network.input());
        MemorySegment labels = read(arena, values, target);
        writer.add(network.input().name(), network.input().spec(), host -> host.copyFrom(input));
        writer.add(target.name(), target.spec(), host -> host.copyFrom(labels));
        model.evaluate(input, labels, new Step());
        MemorySegment prediction = arena.allocate(network.logits().spec().bytes(), Long.BYTES);
        model.evaluationRun().download(model.evaluation().logits(), prediction);
        writer.add(PREDICTION, network.logits().spec(), host -> host.copyFrom(prediction));
        model.train(input, labels, new Step());
        writer.add(LOGITS, network.logits().spec(), host -> model.trainingRun().download(network.logits(), host));
        Value loss = network.losses().getFirst();
        writer.add(LOSS, loss.spec(), host -> model.trainingRun().download(loss, host));
        for (Value parameter : network.graph().values(Role.PARAMETER)) {
            Value gradient = network.graph().value(parameter.name() + ".gradient");
            writer.add(GRADIENT + parameter.name(), gradient.spec(), host -> model.download(gradient, host));
        }
    }

    private static MemorySegment read(Arena arena, StepValues values, Value value) {
        MemorySegment host = arena.allocate(value.spec().bytes(), Long.BYTES);
        values.read(value, host);
        return host;
    }
}
