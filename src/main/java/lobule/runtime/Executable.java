package lobule.runtime;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import lobule.device.Device;
import lobule.device.Launch;
import lobule.device.Step;
import lobule.device.Tensor;
import lobule.device.Timer;
import lobule.graph.Node;
import lobule.graph.Phase;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;

/**
 * Kernels bound to memory. Running allocates nothing. Usable on its device's thread while its program, regions, arena
 * and device are open; afterwards, or elsewhere, every call throws IllegalStateException and names which.
 */
public final class Executable {
    private final Device device;
    private final BoundMemory memory;
    private final List<Node> nodes;
    private final Launch[] launches;
    private final Phase[] phases;
    /** Of {@link SharedGradients}. */
    private final boolean[] adding;
    /** One a node; none where the device does not time. */
    private final Timer[] timers;
    private final boolean[] ran;
    private final Map<Value, Tensor> tensors;

    Executable(Device device, BoundMemory memory, List<Node> nodes, List<Launch> launches, boolean[] adding,
               Map<Value, Tensor> tensors) {
        this.device = device;
        this.memory = memory;
        this.nodes = nodes;
        this.launches = launches.toArray(Launch[]::new);
        this.phases = nodes.stream().map(Node::phase).toArray(Phase[]::new);
        this.timers = nodes.stream().flatMap(_ -> device.timer().stream()).toArray(Timer[]::new);
        this.ran = new boolean[timers.length];
        this.adding = adding;
        this.tensors = tensors;
    }

    /** Runs the nodes of one phase in order. */
    public void run(Phase phase, Step step) {
        requireUsable();
        for (int i = 0; i < launches.length; i++) {
            if (phases[i] == phase) {
                launch(i, step);
            }
        }
    }

    /** Once a phase: native kernels hold raw addresses and would follow them anywhere. */
    private void requireUsable() {
        device.requireUsable();
        memory.requireOpen();
    }

    private void launch(int i, Step step) {
        if (timers.length == 0) {
            accumulate(i, step);
            return;
        }
        timers[i].start();
        accumulate(i, step);
        timers[i].stop();
        ran[i] = true;
    }

    /** Runs a node, which adds to gradients where this mini-batch or an earlier one has written them. */
    private void accumulate(int i, Step step) {
        boolean earlier = step.accumulate;
        step.accumulate = earlier || adding[i];
        try {
            launches[i].run(step);
        } finally {
            step.accumulate = earlier;
        }
    }

    /** The last launch of each node that has run, in order; empty where the device does not time. */
    public List<LaunchTime> profile() {
        device.requireUsable();
        return IntStream.range(0, timers.length).filter(i -> ran[i])
                .mapToObj(i -> new LaunchTime(nodes.get(i), timers[i].seconds())).toList();
    }

    /** The memory of a value; that of an activation holds it only after its node and until its last use. */
    private Tensor tensor(Value value) {
        Tensor tensor = tensors.get(value);
        if (tensor == null) {
            throw new IllegalArgumentException("value " + value + " is not of this program");
        }
        return tensor;
    }

    /** Sets an input or a value of the regions; row-major. */
    public void upload(MemorySegment source, Value value) {
        requireUsable();
        if (value.role() == Role.ACTIVATION) {
            throw new IllegalArgumentException("value " + value + " is made by a node, expected an input or a value"
                    + " that outlives a step");
        }
        device.upload(source, tensor(value));
    }

    /** Starts to bring the values of a later {@link #upload} of the same source; see {@link Device#prefetch}. */
    public void prefetch(MemorySegment source, Tensor ahead, Value value) {
        requireUsable();
        device.prefetch(source, ahead, tensor(value));
    }

    /**
     * Reads an input, a kept value, or one of the regions, row-major, after all launches so far; of programs that share
     * an arena only the one that ran last has its inputs and kept values.
     *
     * @throws IllegalArgumentException for an activation that the graph does not keep: others have its memory by then
     */
    public void download(Value value, MemorySegment destination) {
        requireUsable();
        if (!memory.program().keeps(value)) {
            throw new IllegalArgumentException("value " + value + " is not kept: later nodes write over its memory, so"
                    + " that nothing can be read from it; call Graph.keep for it before the program is prepared");
        }
        device.download(tensor(value), destination);
    }

    /**
     * Runs forward and backward once more, node by node, and finds the first whose output holds a NaN or an infinity.
     * Slow; for the message after a loss that is not finite.
     */
    public Optional<Node> firstNonFinite(Step step) {
        requireUsable();
        for (int i = 0; i < launches.length; i++) {
            if (phases[i] == Phase.UPDATE) {
                continue;
            }
            accumulate(i, step);
            for (Value made : written(nodes.get(i))) {
                if (!finite(made)) {
                    return Optional.of(nodes.get(i));
                }
            }
        }
        return Optional.empty();
    }

    private static List<Value> written(Node node) {
        List<Value> written = new ArrayList<>(node.outputs());
        node.states().stream().filter(state -> state.role() != Role.DISCARDED).forEach(written::add);
        return written;
    }

    private boolean finite(Value value) {
        if (value.spec().type() != DType.FLOAT32) {
            return true;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate(value.spec().bytes(), Float.BYTES);
            device.download(tensor(value), host); // right behind its node, kept or not
            for (long i = 0; i < value.spec().shape().elements(); i++) {
                if (!Float.isFinite(host.getAtIndex(ValueLayout.JAVA_FLOAT, i))) {
                    return false;
                }
            }
            return true;
        }
    }
}
