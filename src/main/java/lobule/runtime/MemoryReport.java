package lobule.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lobule.device.Device;
import lobule.graph.ArithmeticCost;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.graph.Phase;
import lobule.op.Value.Role;
import lobule.plan.Lifetime;
import lobule.plan.MemoryPlan;
import lobule.plan.Placement;
import lobule.runtime.ArenaBlock.Use;

/**
 * What a program takes of a device, by region, before any of it is taken.
 *
 * @param parameterBytes  parameters and running statistics
 * @param gradientBytes   gradients of the parameters, wanted or discarded
 * @param optimizerBytes  moments of the optimiser
 * @param prefetchBytes   the next mini-batch's input and target, on a device that brings them while a step runs
 * @param arenaBytes      the arena: all activations, inputs and workspaces
 * @param heldBytes       what kernels hold for themselves: class weights, the tables of an update
 * @param workspaceBytes  largest workspace of one node; lies inside the arena
 * @param lowerBoundBytes the largest sum of bytes that live at one node: no arena can be smaller
 * @param totalBytes      what the device gives for all of it, in the units in which it gives memory
 * @param flop            floating-point operations of all nodes, by {@link ArithmeticCost}
 * @param nodes           in the order in which they run; lifetimes count them from 0
 * @param blocks          the arena's blocks that have bytes
 */
public record MemoryReport(long parameterBytes, long gradientBytes, long optimizerBytes, long prefetchBytes,
                           long arenaBytes, long heldBytes, long workspaceBytes, long lowerBoundBytes, long totalBytes,
                           long flop, List<Node> nodes, List<ArenaBlock> blocks) {
    public MemoryReport {
        nodes = List.copyOf(nodes);
        blocks = List.copyOf(blocks);
    }

    /** @param beside programs that run at other times in the same arena, with the same parameters */
    public static MemoryReport of(Device device, Program program, Program... beside) {
        Graph graph = program.graph();
        MemoryPlan plan = program.plan();
        List<ArenaBlock> blocks = blocks(graph.nodes(), plan);
        List<Program> programs = Stream.concat(Stream.of(program), Stream.of(beside)).toList();
        long arena = programs.stream().mapToLong(p -> p.plan().arenaBytes()).max().orElseThrow();
        List<Long> held = programs.stream().flatMap(p -> p.heldBytes().stream()).toList();
        List<Long> allocations = new ArrayList<>(Regions.planned(device, graph));
        allocations.add(arena);
        allocations.addAll(held);
        long workspace = blocks.stream().filter(block -> block.use() == Use.WORKSPACE).mapToLong(ArenaBlock::bytes)
                .max().orElse(0);
        return new MemoryReport(bytes(graph, Role.PARAMETER) + bytes(graph, Role.STATE),
                bytes(graph, Role.GRADIENT) + bytes(graph, Role.DISCARDED), bytes(graph, Role.OPTIMIZER),
                device.prefetches() ? bytes(graph, Role.INPUT) : 0, arena,
                held.stream().mapToLong(Long::longValue).sum(), workspace, plan.lowerBoundBytes(),
                device.takenBytes(allocations), ArithmeticCost.flop(graph), graph.nodes(), blocks);
    }

    private static long bytes(Graph graph, Role role) {
        return Regions.bytes(graph.values(role));
    }

    /** A plan has the values first, then one workspace a node. */
    private static List<ArenaBlock> blocks(List<Node> nodes, MemoryPlan plan) {
        List<Placement> placements = plan.placements();
        int values = placements.size() - nodes.size();
        return IntStream.range(0, placements.size())
                .mapToObj(i -> new ArenaBlock(placements.get(i),
                        i < values ? use(placements.get(i).lifetime(), nodes) : Use.WORKSPACE))
                .filter(block -> block.bytes() > 0).toList();
    }

    private static Use use(Lifetime lifetime, List<Node> nodes) {
        if (lifetime.first() < 0) {
            return Use.INPUT;
        }
        boolean toTheEnd = lifetime.last() >= nodes.size();
        boolean madeForward = nodes.get(lifetime.first()).phase() == Phase.FORWARD;
        return madeForward && (toTheEnd || nodes.get(lifetime.last()).phase() != Phase.FORWARD) ? Use.KEPT
                : Use.TEMPORARY;
    }

    /** The node that makes a block; empty where it is given from outside. */
    public Optional<Node> origin(ArenaBlock block) {
        return node(block.placement().lifetime().first());
    }

    /** The last node that needs a block; empty where it is needed to the end. */
    public Optional<Node> lastUse(ArenaBlock block) {
        return node(block.placement().lifetime().last());
    }

    private Optional<Node> node(int index) {
        return index < 0 || index >= nodes.size() ? Optional.empty() : Optional.of(nodes.get(index));
    }

    /** The largest blocks that hold values, workspaces left out, the largest first. */
    public List<ArenaBlock> largestValues(int count) {
        return blocks.stream().filter(block -> block.use() != Use.WORKSPACE)
                .sorted(Comparator.comparingLong(ArenaBlock::bytes).reversed()
                        .thenComparingInt(block -> block.placement().lifetime().first()))
                .limit(count).toList();
    }
}
