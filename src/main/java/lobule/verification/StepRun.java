package lobule.verification;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.BiConsumer;
import lobule.device.Device;
import lobule.runtime.LaunchTime;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.op.Value;
import lobule.op.Value.Role;

/** A recorded training step on a device, from the recorded state and mini-batch. */
final class StepRun implements AutoCloseable {
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final StepFixture fixture;
    private final TrainingModel model;

    /** Takes the memory of a training step on the device. */
    StepRun(Device device, StepFixture fixture, Recompute recompute) {
        this.fixture = fixture;
        this.model = TrainingModel.create(device, fixture.config(), fixture.output(), fixture.loss(),
                StepFixture.OPTIMIZER, recompute);
    }

    /** Forward and backward pass. */
    void train() {
        uploadState();
        try (Arena arena = Arena.ofShared()) {
            model.train(aligned(arena, "input"), aligned(arena, "target"), fixture.step());
        }
    }

    private void uploadState() {
        model.initialise(0);
        for (Value value : values(Role.PARAMETER, Role.STATE)) {
            try (Arena arena = Arena.ofShared()) {
                model.upload(value, StepFixture.isRecorded(value) ? aligned(arena, "param." + value.name())
                        : set(arena));
            }
        }
    }

    /** The flag of a norm that has running statistics. */
    private static MemorySegment set(Arena arena) {
        MemorySegment flag = arena.allocate(1);
        flag.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        return flag;
    }

    /** A copy of a tensor of the file, which is not aligned there. */
    private MemorySegment aligned(Arena arena, String name) {
        MemorySegment data = fixture.data(name);
        return arena.allocate(data.byteSize(), Long.BYTES).copyFrom(data);
    }

    void update() {
        model.update(fixture.step());
    }

    double loss() {
        return model.training().losses().stream()
                .mapToDouble(summand -> read(summand, model.trainingRun()::download).get(FLOAT, 0)).sum();
    }

    MemorySegment logits() {
        return read(model.training().logits(), model.trainingRun()::download);
    }

    /** A parameter or a running statistic. */
    MemorySegment state(Value value) {
        return read(value, model::download);
    }

    MemorySegment gradient(Value parameter) {
        return read(model.training().graph().value(parameter.name() + ".gradient"), model::download);
    }

    /** The gradient of each parameter, by the parameter's name. */
    Map<String, MemorySegment> gradients() {
        Map<String, MemorySegment> gradients = new LinkedHashMap<>();
        values(Role.PARAMETER).forEach(parameter -> gradients.put(parameter.name(), gradient(parameter)));
        return gradients;
    }

    private static MemorySegment read(Value value, BiConsumer<Value, MemorySegment> download) {
        MemorySegment host = Arena.ofAuto().allocate(value.spec().bytes(), Long.BYTES);
        download.accept(value, host);
        return host;
    }

    List<Value> values(Role... roles) {
        return List.of(roles).stream().flatMap(role -> model.training().graph().values(role).stream()).toList();
    }

    SequencedMap<String, String> algorithms() {
        return model.program().algorithms();
    }

    List<LaunchTime> profile() {
        return model.trainingRun().profile();
    }

    @Override
    public void close() {
        model.close();
    }
}
