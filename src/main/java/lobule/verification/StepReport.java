package lobule.verification;

import java.util.List;
import java.util.stream.Stream;

/**
 * The outcome of one verified step.
 *
 * @param groups  what decides: loss, logits, gradients, running statistics, update
 * @param tensors gradient, update and running statistics one by one, those nearest to or farthest beyond their tolerance
 *                first
 */
public record StepReport(List<Comparison> groups, List<Comparison> tensors) {
    public StepReport {
        groups = List.copyOf(groups);
        tensors = List.copyOf(tensors);
    }

    public boolean passed() {
        return Stream.concat(groups.stream(), tensors.stream()).allMatch(Comparison::passed);
    }
}
