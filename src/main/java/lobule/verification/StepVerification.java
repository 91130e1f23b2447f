package lobule.verification;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import lobule.device.Device;
import lobule.device.Step;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.op.Value;
import lobule.op.Value.Role;

/** Runs a recorded training step on a device and compares everything that comes of it. */
public final class StepVerification {
    /**
     * Updates are compared where the gradient is above this share of its tensor's root mean square: Adam's first step
     * is lr g/(|g| + eps), so that elsewhere the sign of noise would decide.
     */
    private static final double SIGNIFICANT = 1e-2;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private final TrainingModel model;
    private final StepFixture fixture;
    private final Tolerance tolerance;
    private final List<Comparison> groups = new ArrayList<>();
    private final List<Comparison> tensors = new ArrayList<>();

    private StepVerification(TrainingModel model, StepFixture fixture, Tolerance tolerance) {
        this.model = model;
        this.fixture = fixture;
        this.tolerance = tolerance;
    }

    /** Takes the memory of a training step on the device, runs the step, compares, and gives the memory back. */
    public static StepReport run(Device device, StepFixture fixture, Tolerance tolerance, Recompute recompute) {
        try (TrainingModel model = TrainingModel.create(device, fixture.config(), fixture.output(), fixture.loss(),
                StepFixture.OPTIMIZER, recompute)) {
            return new StepVerification(model, fixture, tolerance).run();
        }
    }

    private StepReport run() {
        Step step = fixture.step();
        uploadState();
        try (Arena arena = Arena.ofShared()) {
            model.train(aligned(arena, "input"), aligned(arena, "target"), step);
        }
        compareForward();
        compareGradients();
        model.update(step);
        compareRunningStatistics();
        compareUpdates();
        tensors.sort(Comparator.comparingDouble(Comparison::severity).reversed());
        return new StepReport(groups, tensors, model.trainingRun().profile());
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

    private void compareForward() {
        RelativeError loss = new RelativeError();
        double sum = 0;
        for (Value summand : model.training().losses()) {
            sum += read(summand, model.trainingRun()::download).get(FLOAT, 0);
        }
        loss.add(sum, fixture.data("loss").get(FLOAT, 0));
        groups.add(Comparison.of("loss", loss, tolerance.loss()));
        MemorySegment logits = read(model.training().logits(), model.trainingRun()::download);
        groups.add(Comparison.of("logits", error(logits, fixture.data("logits")), tolerance.logits()));
    }

    private void compareGradients() {
        RelativeError together = new RelativeError();
        List<Comparison> each = new ArrayList<>();
        for (Value parameter : values(Role.PARAMETER)) {
            Value gradient = model.training().graph().value(parameter.name() + ".gradient");
            RelativeError error = error(read(gradient, model::download), fixture.data("grad." + parameter.name()));
            together.add(error);
            each.add(Comparison.of("gradient of " + parameter.name(), error, tolerance.worstGradient()));
        }
        groups.add(Comparison.of("gradients", together, tolerance.gradients()));
        addWorst("gradients, worst tensor", each, tolerance.worstGradient());
    }

    private void compareRunningStatistics() {
        List<Comparison> each = new ArrayList<>();
        for (Value value : values(Role.STATE)) {
            if (StepFixture.isRecorded(value)) {
                each.add(Comparison.of(value.name(), error(read(value, model::download),
                        fixture.data("after." + value.name())), tolerance.runningStatistics()));
            }
        }
        addWorst("running statistics, worst tensor", each, tolerance.runningStatistics());
    }

    private void compareUpdates() {
        RelativeError together = new RelativeError();
        List<Comparison> each = new ArrayList<>();
        for (Value parameter : values(Role.PARAMETER)) {
            RelativeError error = updateError(parameter);
            together.add(error);
            if (error.elements() > 0) {
                each.add(Comparison.of("update of " + parameter.name(), error, tolerance.worstUpdate()));
            }
        }
        groups.add(Comparison.of("update", together, tolerance.update()));
        addWorst("update, worst tensor", each, tolerance.worstUpdate());
    }

    /** Compares after - before where the recorded gradient is well above the noise; NaN counts as that. */
    private RelativeError updateError(Value parameter) {
        MemorySegment ours = read(parameter, model::download);
        MemorySegment before = fixture.data("param." + parameter.name());
        MemorySegment after = fixture.data("after." + parameter.name());
        MemorySegment gradient = fixture.data("grad." + parameter.name());
        double noise = SIGNIFICANT * rootMeanSquare(gradient);
        RelativeError error = new RelativeError();
        for (long at = 0; at < ours.byteSize(); at += Float.BYTES) {
            if (!(Math.abs(gradient.get(FLOAT, at)) <= noise)) {
                double start = before.get(FLOAT, at);
                error.add(ours.get(FLOAT, at) - start, after.get(FLOAT, at) - start);
            }
        }
        return error;
    }

    private static double rootMeanSquare(MemorySegment floats) {
        double sum = 0;
        for (long at = 0; at < floats.byteSize(); at += Float.BYTES) {
            double value = floats.get(FLOAT, at);
            sum += value * value;
        }
        return Math.sqrt(sum * Float.BYTES / floats.byteSize());
    }

    private static RelativeError error(MemorySegment ours, MemorySegment expected) {
        RelativeError error = new RelativeError();
        for (long at = 0; at < ours.byteSize(); at += Float.BYTES) {
            error.add(ours.get(FLOAT, at), expected.get(FLOAT, at));
        }
        return error;
    }

    private void addWorst(String name, List<Comparison> each, double limit) {
        // Math.max keeps a NaN.
        double worst = each.stream().mapToDouble(Comparison::error).reduce(Math::max).orElse(Double.NaN);
        groups.add(new Comparison(name, worst, limit, each.stream().mapToLong(Comparison::elements).sum()));
        tensors.addAll(each);
    }

    private static MemorySegment read(Value value, BiConsumer<Value, MemorySegment> download) {
        MemorySegment host = Arena.ofAuto().allocate(value.spec().bytes(), Long.BYTES);
        download.accept(value, host);
        return host;
    }

    private List<Value> values(Role... roles) {
        return List.of(roles).stream().flatMap(role -> model.training().graph().values(role).stream()).toList();
    }
}
