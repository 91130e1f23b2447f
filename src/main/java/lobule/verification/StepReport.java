package lobule.verification;

import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import lobule.runtime.LaunchTime;

/**
 * The outcome of one verified step.
 *
 * @param groups  what decides: loss, logits, gradients, running statistics, update
 * @param tensors gradient, update and running statistics one by one, those nearest to or farthest beyond their
 *                tolerance first
 * @param profile    the time of each launch, where the device times
 * @param algorithms how each convolution was computed, as {@link lobule.runtime.Program#algorithms}
 */
public record StepReport(List<Comparison> groups, List<Comparison> tensors, List<LaunchTime> profile,
                         SequencedMap<String, String> algorithms) {
    public StepReport {
        groups = List.copyOf(groups);
        tensors = List.copyOf(tensors);
        profile = List.copyOf(profile);
    }

    public boolean passed() {
        return Stream.concat(groups.stream(), tensors.stream()).allMatch(Comparison::passed);
    }
}
