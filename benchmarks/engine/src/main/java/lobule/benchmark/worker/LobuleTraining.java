package lobule.benchmark.worker;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import lobule.benchmark.task.RecordedStep;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.device.Device;
import lobule.device.Step;
import lobule.nn.SegmentationNetwork;
import lobule.nn.TrainingModel;
import lobule.op.Value;
import lobule.op.Value.Role;

/** Lobule's training step, as its trainer runs it. */
public final class LobuleTraining implements Contender {
    private final Arena arena = Arena.ofShared();
    private final Task task;
    private final MeteredDevice device;
    private final TrainingModel model;
    private final SegmentationNetwork network;
    private final MemorySegment input;
    private final MemorySegment target;
    private final MemorySegment loss = arena.allocate(ValueLayout.JAVA_FLOAT);
    private final Step step = new Step();

    /** @param device closed with this */
    public LobuleTraining(Device device, Task task, StepValues values) {
        this.task = task;
        this.device = new MeteredDevice(device);
        this.model = TrainingModel.create(this.device, task.network(), task.output(), task.objective(),
                Task.OPTIMIZER, task.recompute());
        this.network = model.training();
        this.input = read(values, network.input());
        this.target = read(values, network.target().orElseThrow());
        model.initialise(0); // moments
        for (Role role : new Role[] {Role.PARAMETER, Role.STATE}) {
            for (Value value : network.graph().values(role)) {
                upload(values, value);
            }
        }
        step.learningRate = Task.LEARNING_RATE;
    }

    private MemorySegment read(StepValues values, Value value) {
        MemorySegment host = arena.allocate(value.spec().bytes(), Long.BYTES);
        values.read(value, host);
        return host;
    }

    private void upload(StepValues values, Value value) {
        try (Arena passing = Arena.ofShared()) {
            MemorySegment host = passing.allocate(value.spec().bytes(), Long.BYTES);
            values.read(value, host);
            model.upload(value, host);
        }
    }

    @Override
    public String description() {
        return "Lobule, device " + device.name() + ": " + device.description();
    }

    @Override
    public void step() {
        model.train(input, target, step);
        model.update(step);
        device.synchronize();
        step.microStep++;
        step.optimizerStep++;
    }

    @Override
    public double loss() {
        double sum = 0;
        for (Value summand : network.losses()) {
            model.trainingRun().download(summand, loss);
            sum += loss.get(ValueLayout.JAVA_FLOAT, 0);
        }
        return sum;
    }

    @Override
    public void read(String name, MemorySegment destination) {
        if (name.equals(RecordedStep.LOGITS)) {
            model.trainingRun().download(network.logits(), destination);
        } else {
            model.download(network.graph().value(name), destination);
        }
    }

    @Override
    public Map<String, Long> memory() {
        Map<String, Long> memory = new LinkedHashMap<>();
        for (Role role : new Role[] {Role.PARAMETER, Role.STATE, Role.GRADIENT, Role.OPTIMIZER}) {
            memory.put(role.name().toLowerCase(Locale.ROOT), model.regions().bytes(role));
        }
        memory.put("arena", model.program().plan().arenaBytes());
        memory.put("planned", TrainingModel.plannedBytes(device, task.network(), task.output(), task.objective(),
                Task.OPTIMIZER, task.recompute()));
        memory.put("taken", device.takenBytes());
        return memory;
    }

    @Override
    public void close() {
        model.close();
        device.close();
        arena.close();
    }
}
