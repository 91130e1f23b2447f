package lobule.inference;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import lobule.data.PatchShape;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.Step;
import lobule.graph.Phase;
import lobule.nn.MemorySaving;
import lobule.nn.Recompute;
import lobule.nn.SegmentationNetwork;
import lobule.nn.UNet;
import lobule.nn.UNetConfig;
import lobule.runtime.Executable;
import lobule.runtime.LaunchTime;
import lobule.runtime.MemoryReport;
import lobule.runtime.Program;
import lobule.runtime.Regions;
import lobule.tensor.Shape;

/**
 * A trained network on a device, forward only, for tiles of one shape: it keeps nothing for a backward pass. Takes all
 * its memory at the start and none later.
 */
final class TileNetwork implements AutoCloseable {
    private final List<Runnable> closing = new ArrayList<>();
    private final Step step = new Step(); // nothing of it is read without dropout and training
    private final Device device;
    private final SegmentationNetwork network;
    private final Regions regions;
    private final Executable executable;
    private final long bytes;

    /**
     * @param limitBytes of device memory
     * @throws OutOfDeviceMemoryException where it needs more than the limit, or the device has less
     */
    TileNetwork(Device device, TrainedModel model, PatchShape tile, long limitBytes) {
        this.device = device;
        network = network(device, model.network(), tile);
        try {
            Program program = Program.prepare(device, network.graph());
            closing.add(program::close);
            bytes = MemoryReport.of(device, program).totalBytes();
            requireRoom(tile, limitBytes);
            regions = Regions.allocate(device, network.graph());
            closing.add(regions::close);
            Buffer arena = device.allocate(program.plan().arenaBytes());
            closing.add(arena::close);
            executable = program.bind(regions, arena);
            model.contents(network.graph()).forEach((value, content) -> executable.upload(content, value));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void requireRoom(PatchShape tile, long limitBytes) {
        if (bytes > limitBytes) {
            throw new OutOfDeviceMemoryException("tiles of " + tile + " take " + (bytes >> 20) + " MiB, more than the "
                    + (limitBytes >> 20) + " MiB allowed; choose smaller ones, or leave their size open", bytes, null);
        }
    }

    /** Device memory that a network would take, without taking it. */
    static long bytes(Device device, UNetConfig config, PatchShape tile) {
        try (Program program = Program.prepare(device, network(device, config, tile).graph())) {
            return MemoryReport.of(device, program).totalBytes();
        }
    }

    private static SegmentationNetwork network(Device device, UNetConfig config, PatchShape tile) {
        Shape output = config.rank() == 3
                ? Shape.of(1, config.classes(), tile.depth(), tile.height(), tile.width())
                : Shape.of(1, config.classes(), tile.height(), tile.width());
        return UNet.prediction(config, output, new MemorySaving(device.fuses(), Recompute.NONE));
    }

    /** Device memory taken: parameters, statistics, the arena, and where it is brought ahead the next input. */
    long bytes() {
        return bytes;
    }

    /** Bytes of the input, floats (1, 1, D, H, W). */
    long inputBytes() {
        return network.input().spec().bytes();
    }

    /** Bytes of the logits, floats (1, classes, D', H', W'). */
    long logitsBytes() {
        return network.logits().spec().bytes();
    }

    /** Runs, or on a device with a queue starts to run, the network. */
    void run(MemorySegment input) {
        executable.upload(input, network.input());
        executable.run(Phase.FORWARD, step);
    }

    /** Starts to bring the input of the next {@link #run} while this one goes on; it stays unchanged until then. */
    void prefetch(MemorySegment input) {
        if (device.prefetches()) {
            executable.prefetch(input, regions.tensor(network.input()), network.input());
        }
    }

    /** The output of the last {@link #run}, for which it waits. */
    void read(MemorySegment logits) {
        executable.download(network.logits(), logits);
    }

    /** The last run's launches; empty where the device does not time. */
    List<LaunchTime> profile() {
        return executable.profile();
    }

    @Override
    public void close() {
        closing.reversed().forEach(Runnable::run);
        closing.clear();
    }
}
