package lobule.benchmark.jmh;

import java.util.List;
import lobule.benchmark.report.Quantities;
import lobule.benchmark.report.Table;
import lobule.benchmark.task.Task;

/** Throughput as Markdown. */
public final class ThroughputReport {
    private ThroughputReport() {}

    /** @param peak float32 operations a second of the machine; a part without rows has no table */
    public static String markdown(Task opsOf, double peak, List<OpRow> ops, List<StepRow> steps,
                                  List<PatchRow> patches) {
        StringBuilder text = new StringBuilder("Peak of the machine: " + Quantities.giga(peak) + " GFLOP/s.\n\n");
        if (!ops.isEmpty()) {
            text.append("**Ops of the ").append(opsOf).append("**\n\n").append(ops(ops, peak)).append('\n');
        }
        if (!steps.isEmpty()) {
            text.append("**Training steps**\n\n").append(steps(steps, peak)).append('\n');
        }
        if (!patches.isEmpty()) {
            text.append("**Patch loading**\n\n").append(patches(patches)).append('\n');
        }
        return text.toString();
    }

    private static Table ops(List<OpRow> ops, double peak) {
        Table table = new Table("op", "first node", "largest operand", "nodes", "one run", "all", "GFLOP/s",
                "of peak", "GB/s");
        for (OpRow op : ops) {
            double rate = op.floatingPointOperations() / op.seconds();
            boolean convolution = op.floatingPointOperations() > 0;
            table.add(op.op(), op.node(), op.shape(), op.count(), Quantities.time(op.seconds()),
                    Quantities.time(op.secondsOfStep()), convolution ? Quantities.giga(rate) : "",
                    convolution ? Quantities.percent(rate / peak) : "", Quantities.giga(op.bytes() / op.seconds()));
        }
        double sum = ops.stream().mapToDouble(OpRow::secondsOfStep).sum();
        table.add("sum", "", "", ops.stream().mapToInt(OpRow::count).sum(), "", Quantities.time(sum), "", "", "");
        return table;
    }

    private static Table steps(List<StepRow> steps, double peak) {
        Table table = new Table("preset", "step", "time", "±", "GFLOP/s", "of peak", "Java heap a step");
        for (StepRow step : steps) {
            double rate = step.floatingPointOperations() / step.seconds();
            table.add(step.experiment(), step.task(), Quantities.time(step.seconds()), Quantities.time(step.error()),
                    Quantities.giga(rate), Quantities.percent(rate / peak),
                    Math.round(step.allocatedBytes()) + " bytes");
        }
        return table;
    }

    private static Table patches(List<PatchRow> patches) {
        Table table = new Table("preset", "output", "one patch", "±");
        patches.forEach(patch -> table.add(patch.experiment(), patch.patch(), Quantities.time(patch.seconds()),
                Quantities.time(patch.error())));
        return table;
    }
}
