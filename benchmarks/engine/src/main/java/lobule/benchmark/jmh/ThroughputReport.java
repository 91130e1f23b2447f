package lobule.benchmark.jmh;

import java.util.List;
import lobule.benchmark.report.Quantities;
import lobule.benchmark.report.Table;

/** Throughput as Markdown. */
public final class ThroughputReport {
    private ThroughputReport() {}

    /** A part without rows has no table. */
    public static String markdown(ThroughputFigures figures) {
        double peak = figures.fmaPeak();
        List<OpRow> ops = figures.ops();
        List<StepRow> steps = figures.steps();
        List<PatchRow> patches = figures.patches();
        StringBuilder text = new StringBuilder("Peak of the machine: " + Quantities.giga(peak) + " GFLOP/s.\n\n");
        if (!ops.isEmpty()) {
            text.append("**Ops of the ").append(figures.opsOf()).append("**\n\n").append(ops(ops, peak)).append('\n');
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
            double rate = op.floatingPointOperations() / op.seconds().mean();
            boolean convolution = op.floatingPointOperations() > 0;
            table.add(op.op(), op.node(), op.shape(), op.count(), Quantities.time(op.seconds().mean()),
                    Quantities.time(op.secondsOfStep()), convolution ? Quantities.giga(rate) : "",
                    convolution ? Quantities.percent(rate / peak) : "",
                    Quantities.giga(op.bytes() / op.seconds().mean()));
        }
        double sum = ops.stream().mapToDouble(OpRow::secondsOfStep).sum();
        table.add("sum", "", "", ops.stream().mapToInt(OpRow::count).sum(), "", Quantities.time(sum), "", "", "");
        return table;
    }

    private static Table steps(List<StepRow> steps, double peak) {
        Table table = new Table("preset", "step", "time", "±", "GFLOP/s", "of peak", "Java heap a step");
        for (StepRow step : steps) {
            double rate = step.floatingPointOperations() / step.seconds().mean();
            table.add(step.experiment(), step.task(), Quantities.time(step.seconds().mean()),
                    Quantities.time(step.seconds().error()),
                    Quantities.giga(rate), Quantities.percent(rate / peak),
                    Math.round(step.allocatedBytes()) + " bytes");
        }
        return table;
    }

    private static Table patches(List<PatchRow> patches) {
        Table table = new Table("preset", "output", "one patch", "±");
        patches.forEach(patch -> table.add(patch.experiment(), patch.patch(), Quantities.time(patch.seconds().mean()),
                Quantities.time(patch.seconds().error())));
        return table;
    }
}
