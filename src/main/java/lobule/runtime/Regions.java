package lobule.runtime;

import java.lang.foreign.Arena;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Tensor;
import lobule.graph.Graph;
import lobule.op.Value;
import lobule.op.Value.Role;

/**
 * The memory that outlives a step: parameters, running statistics, gradients and optimiser moments, each region
 * allocated once; on a device that prefetches also one for the next mini-batch's inputs, whose own places are in the
 * arena. Graphs that name the same values (training and evaluation) share it.
 */
public final class Regions implements AutoCloseable {
    private static final List<Role> ROLES = List.of(Role.PARAMETER, Role.STATE, Role.GRADIENT, Role.DISCARDED,
            Role.OPTIMIZER);
    private static final List<Role> AHEAD = List.of(Role.PARAMETER, Role.STATE, Role.GRADIENT, Role.DISCARDED,
            Role.OPTIMIZER, Role.INPUT);

    private final Map<Role, Buffer> buffers = new EnumMap<>(Role.class);
    private final Map<String, Tensor> tensors = new HashMap<>();

    private boolean closed;

    private Regions() {}

    /** Memory for all values of the graph that outlive a step. Contents are undefined, but for what is discarded. */
    public static Regions allocate(Device device, Graph graph) {
        Regions regions = new Regions();
        try {
            for (Role role : roles(device)) {
                regions.allocate(device, role, graph.values(role));
            }
            graph.values(Role.DISCARDED).forEach(value -> regions.clear(device, value));
            return regions;
        } catch (RuntimeException e) {
            regions.close();
            throw e;
        }
    }

    private static List<Role> roles(Device device) {
        return device.prefetches() ? AHEAD : ROLES;
    }

    private void allocate(Device device, Role role, List<Value> values) {
        if (values.isEmpty()) {
            return;
        }
        Buffer buffer = device.allocate(bytes(values));
        buffers.put(role, buffer);
        long offset = 0;
        for (Value value : values) {
            tensors.put(value.name(), new Tensor(buffer, offset, value.spec()));
            offset += Buffer.aligned(value.spec().bytes());
        }
    }

    /** A node that adds to a gradient also adds to what it discards beside it. */
    private void clear(Device device, Value value) {
        try (Arena host = Arena.ofConfined()) {
            device.upload(host.allocate(value.spec().bytes(), Float.BYTES), tensor(value));
        }
    }

    /** Bytes of a region that holds these values. */
    public static long bytes(List<Value> values) {
        return values.stream().mapToLong(value -> Buffer.aligned(value.spec().bytes())).sum();
    }

    /** Bytes of each region that {@link #allocate} would take. */
    public static List<Long> planned(Device device, Graph graph) {
        return roles(device).stream().map(role -> bytes(graph.values(role))).filter(bytes -> bytes > 0).toList();
    }

    /** Bytes taken for a role; 0 where the graph has no such values. */
    public long bytes(Role role) {
        Buffer buffer = buffers.get(role);
        return buffer == null ? 0 : buffer.bytes();
    }

    /** The memory of a value, by name; that of an input is for its next contents. */
    public Tensor tensor(Value value) {
        requireOpen();
        Tensor tensor = tensors.get(value.name());
        if (tensor == null || !tensor.spec().equals(value.spec())) {
            throw new IllegalArgumentException("no memory was allocated for " + value + "; there is " + tensor);
        }
        return tensor;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the regions, memory of parameters and all that outlives a step, are used"
                    + " after they were closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        buffers.values().forEach(Buffer::close);
    }
}
