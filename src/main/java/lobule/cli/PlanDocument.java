package lobule.cli;

import java.util.List;
import java.util.Locale;
import lobule.file.JsonFile;
import lobule.graph.Node;
import lobule.runtime.ArenaBlock;
import lobule.runtime.MemoryReport;

/**
 * A plan for programs; components are the keys, there in snake case. Bytes are those of {@link MemoryReport}.
 *
 * @param patch            output of the network: depth, height, width or height, width
 * @param input            of the network, in the same order
 * @param recompute        what the backward pass computes again: none, cheap or level0
 * @param recomputedFlop   its part of {@code flop}
 * @param roomBytes        what the device takes besides the plan
 * @param memoryLimitBytes of all together; null where none was given
 * @param fits             whether plan and room are within the limit; null where there is none
 */
record PlanDocument(String experiment, List<Long> patch, List<Long> input, int baseChannels, String recompute,
                    String device, String deviceDescription, long totalBytes, long parameterBytes, long gradientBytes,
                    long optimizerBytes, long prefetchBytes, long arenaBytes, long workspaceBytes, long lowerBoundBytes,
                    long flop, long recomputedFlop, long roomBytes, String roomSource, Long memoryLimitBytes,
                    Boolean fits, List<Block> largestValues) {
    /**
     * A part of the arena.
     *
     * @param firstNode name of the node that makes it; null where it is given from outside
     * @param lastNode  name of the last node that needs it; null where it is read after the step
     */
    record Block(String name, String use, long bytes, long offset, String firstNode, String lastNode) {

        static Block of(MemoryReport memory, ArenaBlock block) {
            return new Block(block.name(), block.use().name().toLowerCase(Locale.ROOT), block.bytes(),
                    block.placement().offset(), memory.origin(block).map(Node::name).orElse(null),
                    memory.lastUse(block).map(Node::name).orElse(null));
        }
    }

    /** @param limit of plan and room together, or null */
    static PlanDocument of(PlanningTarget target, PlannedStep step, MemorySize limit) {
        MemoryReport memory = step.memory();
        List<Long> patch = spatial(step.config().output().sizes());
        return new PlanDocument(step.config().experiment(), patch,
                spatial(step.config().unet().inputShape(step.config().output()).sizes()),
                step.config().network().baseChannels(), step.config().recomputation().label(), target.device().name(),
                target.device().description(),
                memory.totalBytes(), memory.parameterBytes(), memory.gradientBytes(), memory.optimizerBytes(),
                memory.prefetchBytes(), memory.arenaBytes(), memory.workspaceBytes(), memory.lowerBoundBytes(),
                memory.flop(),
                step.recomputedFlop(), target.roomBytes(), target.roomSource(), limit == null ? null : limit.bytes(),
                limit == null ? null : memory.totalBytes() <= limit.bytes() - target.roomBytes(),
                memory.largestValues(PlanTable.LARGEST).stream().map(block -> Block.of(memory, block))
                        .toList());
    }

    private static List<Long> spatial(List<Long> sizes) {
        return sizes.subList(2, sizes.size());
    }

    String json() {
        return JsonFile.text(this);
    }

    static String json(List<PlanDocument> documents) {
        return JsonFile.text(documents);
    }
}
