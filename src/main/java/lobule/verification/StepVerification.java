package lobule.verification;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import lobule.device.Device;
import lobule.runtime.LaunchTime;
import lobule.nn.Recompute;
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

    private final StepRun run;
    private final StepFixture fixture;
    private final Tolerance tolerance;
    private final Map<String, Comparison> gradients = new LinkedHashMap<>();
    private final List<Comparison> forward = new ArrayList<>();
    private final List<Comparison> after = new ArrayList<>();
    private final List<Comparison> tensors = new ArrayList<>();
    private Comparison allGradients;
    private List<LaunchTime> profile;
    private SequencedMap<String, String> algorithms;

    private StepVerification(StepRun run, StepFixture fixture, Tolerance tolerance) {
        this.run = run;
        this.fixture = fixture;
        this.tolerance = tolerance;
    }

    /**
     * Takes the memory of a training step on the device, runs the step, compares, and gives the memory back. Where
     * gradients are beyond their fixed bounds, the step's condition is found on the reference device, which takes nine
     * such steps there.
     */
    public static StepReport run(Device device, StepFixture fixture, Tolerance tolerance, Recompute recompute) {
        StepVerification verification;
        try (StepRun run = new StepRun(device, fixture, recompute)) {
            verification = new StepVerification(run, fixture, tolerance);
            verification.compare();
        }
        return verification.report(device);
    }

    private void compare() {
        run.train();
        compareForward();
        compareGradients();
        run.update();
        compareRunningStatistics();
        compareUpdates();
        profile = run.profile();
        algorithms = run.algorithms();
    }

    private void compareForward() {
        RelativeError loss = new RelativeError();
        loss.add(run.loss(), fixture.data("loss").get(FLOAT, 0));
        forward.add(Comparison.of("loss", loss, tolerance.loss()));
        forward.add(Comparison.of("logits", RelativeError.of(run.logits(), fixture.data("logits")),
                tolerance.logits()));
    }

    private void compareGradients() {
        RelativeError together = new RelativeError();
        run.gradients().forEach((name, gradient) -> {
            RelativeError error = RelativeError.of(gradient, fixture.data("grad." + name));
            together.add(error);
            gradients.put(name, Comparison.of("gradient of " + name, error, tolerance.worstGradient()));
        });
        allGradients = Comparison.of("gradients", together, tolerance.gradients());
    }
    private void compareRunningStatistics() {
        List<Comparison> each = new ArrayList<>();
        for (Value value : run.values(Role.STATE)) {
            if (StepFixture.isRecorded(value)) {
                each.add(Comparison.of(value.name(), RelativeError.of(run.state(value),
                        fixture.data("after." + value.name())), tolerance.runningStatistics()));
            }
        }
        after.add(worst("running statistics, worst tensor", each));
        tensors.addAll(each);
    }

    private void compareUpdates() {
        RelativeError together = new RelativeError();
        List<Comparison> each = new ArrayList<>();
        for (Value parameter : run.values(Role.PARAMETER)) {
            RelativeError error = updateError(parameter);
            together.add(error);
            if (error.elements() > 0) {
                each.add(Comparison.of("update of " + parameter.name(), error, tolerance.worstUpdate()));
            }
        }
        after.add(Comparison.of("update", together, tolerance.update()));
        after.add(worst("update, worst tensor", each));
        tensors.addAll(each);
    }

    /** Compares after - before where the recorded gradient is well above the noise; NaN counts as that. */
    private RelativeError updateError(Value parameter) {
        MemorySegment ours = run.state(parameter);
        MemorySegment before = fixture.data("param." + parameter.name());
        MemorySegment recorded = fixture.data("after." + parameter.name());
        MemorySegment gradient = fixture.data("grad." + parameter.name());
        double noise = SIGNIFICANT * rootMeanSquare(gradient);
        RelativeError error = new RelativeError();
        for (long at = 0; at < ours.byteSize(); at += Float.BYTES) {
            if (!(Math.abs(gradient.get(FLOAT, at)) <= noise)) {
                double start = before.get(FLOAT, at);
                error.add(ours.get(FLOAT, at) - start, recorded.get(FLOAT, at) - start);
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

    private StepReport report(Device device) {
        if (beyondFixedBounds()) {
            StepCondition condition = StepCondition.of(fixture, StepCondition.errorOf(device, fixture));
            allGradients = allGradients.within(condition.all());
            gradients.replaceAll((name, comparison) -> comparison.within(condition.spread().get(name)));
        }
        List<Comparison> each = List.copyOf(gradients.values());
        tensors.addAll(each);
        tensors.sort(Comparator.comparingDouble(Comparison::severity).reversed());
        List<Comparison> groups = new ArrayList<>(forward);
        groups.add(allGradients);
        groups.add(worst("gradients, worst tensor", each));
        groups.addAll(after);
        return new StepReport(groups, tensors, profile, algorithms);
    }

    /** Not where a gradient is NaN, which no condition explains. */
    private boolean beyondFixedBounds() {
        List<Comparison> all = new ArrayList<>(gradients.values());
        all.add(allGradients);
        return all.stream().noneMatch(comparison -> Double.isNaN(comparison.error()))
                && !all.stream().allMatch(Comparison::passed);
    }

    /** The tensor that is nearest to its tolerance or farthest beyond, for all of its kind; a NaN before others. */
    private static Comparison worst(String name, List<Comparison> each) {
        long elements = each.stream().mapToLong(Comparison::elements).sum();
        Comparison worst = each.stream().max(Comparator.comparingDouble(Comparison::severity)).orElseThrow();
        return new Comparison(name, worst.error(), worst.tolerance(), elements, worst.spread());
    }
}
