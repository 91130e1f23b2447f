package lobule.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Tensor;
import lobule.graph.ArithmeticCost;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.plan.Lifetime;
import lobule.plan.MemoryPlan;
import lobule.plan.MemoryPlanVerifier;
import lobule.plan.MemoryPlanner;
import lobule.plan.Placement;
import lobule.tensor.TensorSpec;

/** A graph with one prepared kernel a node and a verified memory plan, before any memory is taken. */
public final class Program implements AutoCloseable {
    private final Graph graph;
    private final List<Node> nodes;
    private final boolean[] adding;
    private final List<Kernel> kernels = new ArrayList<>();
    private final Device device;
    /** The arena's blocks of values; in the plan, before one workspace a node. */
    private final List<Schedule.Block> blocks;
    private final Set<Value> kept;
    private MemoryPlan plan;
    private boolean closed;

    private Program(Device device, Graph graph) {
        this.device = device;
        this.graph = graph;
        this.nodes = graph.nodes();
        this.adding = SharedGradients.adding(nodes);
        this.kept = Set.copyOf(graph.outputs());
        this.blocks = Schedule.blocks(graph);
    }

    /** Prepares the kernels, plans the arena, and proves the plan. */
    public static Program prepare(Device device, Graph graph) {
        Program program = new Program(device, graph);
        try {
            for (Node node : program.nodes) {
                program.kernels.add(device.prepare(node.op(), specs(node.inputs()), specs(node.states()),
                        specs(node.outputs())));
            }
            program.plan = MemoryPlanner.plan(program.lifetimes(), Buffer.ALIGNMENT);
            MemoryPlanVerifier.verify(program.plan, Buffer.ALIGNMENT);
            DataflowVerifier.verify(graph, program.placements(), program.workspaces());
            return program;
        } catch (RuntimeException e) {
            program.close();
            throw e;
        }
    }

    private List<Lifetime> lifetimes() {
        List<Lifetime> lifetimes = new ArrayList<>(blocks.stream().map(Schedule.Block::lifetime).toList());
        for (int i = 0; i < nodes.size(); i++) {
            lifetimes.add(new Lifetime(nodes.get(i).name() + " workspace", kernels.get(i).workspaceBytes(), i, i));
        }
        return lifetimes;
    }

    /** Where the arena's values are. */
    private Map<Value, Placement> placements() {
        Map<Value, Placement> placements = new HashMap<>();
        for (int i = 0; i < blocks.size(); i++) {
            for (Value value : blocks.get(i).values()) {
                placements.put(value, plan.placements().get(i));
            }
        }
        return placements;
    }

    /** Where each node's workspace is. */
    private List<Placement> workspaces() {
        return plan.placements().subList(blocks.size(), plan.placements().size());
    }

    /** What its kernels hold for themselves, beside the plan, an allocation each. */
    public List<Long> heldBytes() {
        return kernels.stream().map(Kernel::heldBytes).filter(bytes -> bytes > 0).toList();
    }

    /** How each convolution is computed, by node, as {@link Kernel#algorithm} says it; empty for plain ones. */
    public SequencedMap<String, String> algorithms() {
        SequencedMap<String, String> algorithms = new LinkedHashMap<>();
        for (int i = 0; i < kernels.size(); i++) {
            if (ArithmeticCost.flop(graph.nodes().get(i)) > 0) {
                algorithms.put(graph.nodes().get(i).name(), kernels.get(i).algorithm());
            }
        }
        return algorithms;
    }

    public MemoryPlan plan() {
        return plan;
    }

    public Graph graph() {
        return graph;
    }

    /**
     * Binds the kernels to memory.
     *
     * @param regions memory of everything that outlives a step
     * @param arena   at least the plan's {@code arenaBytes}; may be shared with programs that run at other times
     */
    public Executable bind(Regions regions, Buffer arena) {
        requireOpen();
        if (arena.bytes() < plan.arenaBytes()) {
            throw new IllegalArgumentException("the arena has " + arena.bytes() + " bytes, the plan needs "
                    + plan.arenaBytes());
        }
        Map<Value, Tensor> tensors = tensors(regions, arena);
        List<Launch> launches = new ArrayList<>();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            launches.add(kernels.get(i).bind(new Operands(
                    tensors(node.inputs(), tensors), tensors(node.states(), tensors), tensors(node.outputs(), tensors),
                    arena, workspaces().get(i).offset())));
        }
        return new Executable(device, new BoundMemory(this, regions, arena), nodes, launches, adding, tensors);
    }

    private Map<Value, Tensor> tensors(Regions regions, Buffer arena) {
        Map<Value, Tensor> tensors = new HashMap<>();
        placements().forEach((value, placement) ->
                tensors.put(value, new Tensor(arena, placement.offset(), value.spec())));
        for (Value value : graph.values()) {
            if (value.role() != Role.INPUT && value.role() != Role.ACTIVATION) {
                tensors.put(value, regions.tensor(value));
            }
        }
        return tensors;
    }

    private static List<Tensor> tensors(List<Value> values, Map<Value, Tensor> tensors) {
        return values.stream().map(tensors::get).toList();
    }

    private static List<TensorSpec> specs(List<Value> values) {
        return values.stream().map(Value::spec).toList();
    }

    /** Whether a run leaves the value in its memory: not what shares it with others one after another. */
    boolean keeps(Value value) {
        return value.role() != Role.ACTIVATION || kept.contains(value);
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the program of " + nodes.size() + " nodes is used after it was closed");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            kernels.reversed().forEach(Kernel::close);
        }
    }
}
