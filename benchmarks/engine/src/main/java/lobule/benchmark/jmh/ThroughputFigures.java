package lobule.benchmark.jmh;

import java.util.ArrayList;
import java.util.List;
import lobule.benchmark.document.Entry;
import lobule.benchmark.document.Unit;
import lobule.benchmark.task.Task;

/**
 * All that the JMH benchmarks found; a part that was left out has no rows.
 *
 * @param fmaPeak float32 operations a second of the machine
 * @param opsOf   the task whose ops were measured
 */
public record ThroughputFigures(double fmaPeak, Task opsOf, List<OpRow> ops, List<StepRow> steps,
                                List<PatchRow> patches) {

    /** What this is compared by with another run's. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        ops.forEach(op -> entries.add(new Entry(op.node(), opsOf.work(), Unit.SECONDS, op.seconds())));
        steps.forEach(step -> entries.add(new Entry("step of " + step.experiment(), step.task().work(), Unit.SECONDS,
                step.seconds())));
        patches.forEach(patch -> entries.add(new Entry("patch of " + patch.experiment(), patch.patch(), Unit.SECONDS,
                patch.seconds())));
        return entries;
    }
}
