package lobule.benchmark.worker;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.Map;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.Step;
import lobule.graph.Phase;
import lobule.nn.SegmentationNetwork;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.runtime.Executable;
import lobule.runtime.Program;
import lobule.runtime.Regions;

/** Lobule's forward-only network, with a plan of its own. */
final class LobuleForward implements Contender {
    private final Arena arena = Arena.ofShared();
    private final MeteredDevice device;
    private final SegmentationNetwork network;
    private final Program program;
    private final Regions regions;
    private final Buffer memory;
    private final Executable executable;
    private final MemorySegment input;
    private final Step step = new Step();

    /** @param device closed with this */
    LobuleForward(Device device, Task task, StepValues values) {
        this.device = new MeteredDevice(device);
        this.network = task.predictionNetwork();
        this.program = Program.prepare(this.device, network.graph());
        this.regions = Regions.allocate(this.device, network.graph());
        this.memory = this.device.allocate(program.plan().arenaBytes());
        this.executable = program.bind(regions, memory);
        this.input = arena.allocate(network.input().spec().bytes(), Long.BYTES);
        values.read(network.input(), input);
        for (Role role : new Role[] {Role.PARAMETER, Role.STATE}) {
            for (Value value : network.graph().values(role)) {
                upload(values, value);
            }
        }
    }

    private void upload(StepValues values, Value value) {
        try (Arena passing = Arena.ofShared()) {
            MemorySegment host = passing.allocate(value.spec().bytes(), Long.BYTES);
            values.read(value, host);
            device.upload(host, regions.tensor(value));
        }
    }

    @Override
    public String description() {
        return "Lobule, device " + device.name() + ": " + device.description();
    }

    @Override
    public void step() {
        executable.upload(input, network.input());
        executable.run(Phase.FORWARD, step);
        device.synchronize();
    }

    @Override
    public double loss() {
        throw new UnsupportedOperationException("a forward task has no loss");
    }

    @Override
    public void read(String name, MemorySegment destination) {
        executable.download(network.logits(), destination);
    }

    @Override
    public Map<String, Long> memory() {
        Map<String, Long> bytes = new LinkedHashMap<>();
        bytes.put("parameter", regions.bytes(Role.PARAMETER));
        bytes.put("state", regions.bytes(Role.STATE));
        bytes.put("arena", program.plan().arenaBytes());
        bytes.put("planned", bytes.values().stream().mapToLong(Long::longValue).sum());
        bytes.put("taken", device.takenBytes());
        return bytes;
    }

    @Override
    public void close() {
        memory.close();
        regions.close();
        program.close();
        device.close();
        arena.close();
    }
}
