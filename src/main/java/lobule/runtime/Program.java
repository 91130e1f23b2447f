package lobule.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Tensor;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.plan.Lifetime;
import lobule.plan.MemoryPlan;
import lobule.plan.MemoryPlanVerifier;
import lobule.plan.MemoryPlanner;
import lobule.tensor.TensorSpec;

/** A graph with one prepared kernel a node and a verified memory plan, before any memory is taken. */
public final class Program implements AutoCloseable {
    private final Graph graph;
    private final List<Node> nodes;
    private final List<Kernel> kernels = new ArrayList<>();
    private final Device device;
    private MemoryPlan plan;

    private Program(Device device, Graph graph) {
        this.device = device;
        this.graph = graph;
        this.nodes = graph.nodes();
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
            return program;
        } catch (RuntimeException e) {
            program.close();
            throw e;
        }
    }

    /** The arena's values first, then one workspace a node. */
    private List<Lifetime> lifetimes() {
        Map<Value, Lifetime> byValue = Schedule.lifetimes(graph);
        List<Lifetime> lifetimes = new ArrayList<>();
        Schedule.arenaValues(graph).forEach(value -> lifetimes.add(byValue.get(value)));
        for (int i = 0; i < nodes.size(); i++) {
            lifetimes.add(new Lifetime(nodes.get(i).name() + " workspace", kernels.get(i).workspaceBytes(), i, i));
        }
        return lifetimes;
    }

    /** What its kernels hold for themselves, beside the plan, an allocation each. */
    public List<Long> heldBytes() {
        return kernels.stream().map(Kernel::heldBytes).filter(bytes -> bytes > 0).toList();
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
        if (arena.bytes() < plan.arenaBytes()) {
            throw new IllegalArgumentException("the arena has " + arena.bytes() + " bytes, the plan needs "
                    + plan.arenaBytes());
        }
        Map<Value, Tensor> tensors = tensors(regions, arena);
        List<Launch> launches = new ArrayList<>();
        int firstWorkspace = plan.placements().size() - nodes.size();
        for (int i = 0; i < nodes.size(); i++) {
            Node node = nodes.get(i);
            launches.add(kernels.get(i).bind(new Operands(
                    tensors(node.inputs(), tensors), tensors(node.states(), tensors), tensors(node.outputs(), tensors),
                    arena, plan.placements().get(firstWorkspace + i).offset())));
        }
        return new Executable(device, nodes, launches, tensors);
    }

    private Map<Value, Tensor> tensors(Regions regions, Buffer arena) {
        Map<Value, Tensor> tensors = new HashMap<>();
        List<Value> arenaValues = Schedule.arenaValues(graph);
        for (int i = 0; i < arenaValues.size(); i++) {
            Value value = arenaValues.get(i);
            tensors.put(value, new Tensor(arena, plan.placements().get(i).offset(), value.spec()));
        }
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

    @Override
    public void close() {
        kernels.reversed().forEach(Kernel::close);
    }
}
