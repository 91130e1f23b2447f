package lobule.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import lobule.graph.Node;
import lobule.runtime.ArenaBlock;
import lobule.runtime.MemoryReport;
import lobule.tensor.Shape;
import lobule.train.TrainConfig;

/** A memory plan on one screen. */
final class PlanTable {
    /** Values listed. */
    static final int LARGEST = 10;
    private static final double TERA = 1e12;

    private final PrintWriter out;
    private final PlanningTarget target;

    PlanTable(PrintWriter out, PlanningTarget target) {
        this.out = out;
        this.target = target;
    }

    void device() {
        line("device", target.device().name() + ": " + target.device().description());
    }

    void print(PlannedStep step) {
        TrainConfig config = step.config();
        MemoryReport memory = step.memory();
        line("step", config.experiment() + ", patch " + config.patch() + ", input "
                + size(config.unet().inputShape(config.output())) + ", " + config.network().baseChannels()
                + " base channels");
        region("parameters", memory.parameterBytes(), "with running statistics");
        region("gradients", memory.gradientBytes(), "");
        region("optimiser", memory.optimizerBytes(), "");
        if (memory.prefetchBytes() > 0) {
            region("prefetch", memory.prefetchBytes(), "the next mini-batch");
        }
        region("arena", memory.arenaBytes(), String.format(Locale.ROOT, "%+.2f %% over the lower bound; inside it: "
                        + "largest workspace %s", 100.0 * memory.arenaBytes() / memory.lowerBoundBytes() - 100,
                Quantities.bytes(memory.workspaceBytes())));
        region("total", memory.totalBytes(), "beside it " + Quantities.bytes(target.roomBytes()) + ": "
                + target.roomSource());
        line("work", String.format(Locale.ROOT, "%.3f TFLOP a step, in convolutions; recompute %s: %.1f %% of it",
                memory.flop() / TERA, config.recomputation().label(), 100.0 * step.recomputedFlop() / memory.flop()));
        largest(memory);
        out.flush();
    }

    private void largest(MemoryReport memory) {
        out.println();
        List<ArenaBlock> blocks = memory.largestValues(LARGEST);
        int width = blocks.stream().mapToInt(block -> name(block).length()).max().orElse(0);
        out.printf("%-" + width + "s  %10s  needed until%n", "largest values", "size");
        for (ArenaBlock block : blocks) {
            out.printf("%-" + width + "s  %10s  %s%n", name(block), Quantities.bytes(block.bytes()),
                    memory.lastUse(block).map(Node::name).orElse("the end"));
        }
    }

    /** A value is named after the node that makes it; of values that follow each other in one place, the first. */
    private static String name(ArenaBlock block) {
        return block.name().split(" = ", 2)[0];
    }

    /** How a plan compares with a limit; returns whether it fits. */
    boolean limit(PlannedStep step, MemorySize limit) {
        long needed = step.memory().totalBytes() + target.roomBytes();
        boolean fits = needed <= limit.bytes();
        line("limit", Quantities.bytes(limit.bytes()) + (fits ? ": fits" : ": does not fit") + " with "
                + Quantities.bytes(needed) + step.next().map(next -> "; " + next + " does not").orElse(""));
        out.flush();
        return fits;
    }

    /** The largest patches of several experiments. */
    void searched(List<PlannedStep> steps, MemorySize limit) {
        line("limit", Quantities.bytes(limit.bytes()) + ", " + Quantities.bytes(target.roomBytes()) + " of it: "
                + target.roomSource());
        out.println();
        out.printf("%-28s  %-9s  %-14s  %-14s  %10s  %10s  %8s%n", "experiment", "recompute", "largest patch", "input",
                "total", "arena", "TFLOP");
        for (PlannedStep step : steps) {
            TrainConfig config = step.config();
            out.printf(Locale.ROOT, "%-28s  %-9s  %-14s  %-14s  %10s  %10s  %8.3f%n", config.experiment(),
                    config.recomputation().label(), config.patch(), size(config.unet().inputShape(config.output())),
                    Quantities.bytes(step.memory().totalBytes()),
                    Quantities.bytes(step.memory().arenaBytes()), step.memory().flop() / TERA);
        }
        out.flush();
    }

    private void region(String name, long bytes, String remark) {
        out.println(String.format("%-10s %10s  %s", name, Quantities.bytes(bytes), remark).stripTrailing());
    }

    private void line(String name, String text) {
        out.println(String.format("%-10s %s", name, text));
    }

    /** Spatial sizes, such as 148x148x140. */
    private static String size(Shape shape) {
        return shape.sizes().subList(2, shape.rank()).stream().map(String::valueOf).collect(Collectors.joining("x"));
    }
}
