package lobule.inference;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import lobule.checkpoint.CheckpointException;
import lobule.data.PatchShape;
import lobule.device.Device;
import lobule.evaluation.Logits;
import lobule.image.Orientation;
import lobule.image.Volume;
import lobule.runtime.LaunchTime;

/** Segments volumes with a trained network, tile by tile. Takes its memory on the device once, at the start. */
public final class Segmenter implements AutoCloseable {
    private static final double NANOSECONDS = 1e-9;
    private static final long ALIGNMENT = 64;

    private final TrainedModel model;
    private final PatchShape tile;
    private final TileNetwork network;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment[] inputs;
    private final Logits logits;
    private long networkNanoseconds;

    /**
     * @param model      open as long as this
     * @param tile       output of the network at a time, with the network's padding
     * @param limitBytes of device memory
     * @throws lobule.device.OutOfDeviceMemoryException where tiles of this shape need more
     */
    public Segmenter(Device device, TrainedModel model, PatchShape tile, long limitBytes) {
        this.model = model;
        this.tile = tile;
        this.network = new TileNetwork(device, model, tile, limitBytes);
        this.inputs = new MemorySegment[] {
            arena.allocate(network.inputBytes(), ALIGNMENT), arena.allocate(network.inputBytes(), ALIGNMENT)};
        this.logits = new Logits(arena.allocate(network.logitsBytes(), ALIGNMENT), model.network().classes(),
                tile.outputVoxels());
    }

    /** Device memory taken: parameters, statistics, the arena, and where it is brought ahead the next input. */
    public long deviceBytes() {
        return network.bytes();
    }

    /** The launches of the last tile; empty where the device does not time. */
    public List<LaunchTime> profile() {
        return network.profile();
    }

    /** What is doubtful about a volume for this network, a sentence each. */
    public List<String> doubts(Volume image) {
        return model.doubts(image);
    }

    /** How a volume will be cut. */
    public TileGrid tiles(Volume image) {
        return TileGrid.over(Orientation.of(image.grid()).canonical(), tile);
    }

    /**
     * Segments a volume.
     *
     * @param image HU as stored, on the grid of its file
     * @param owner of the result's voxels; what else is needed is given back before this returns
     * @throws lobule.file.InputException where a voxel of the image is not a number
     * @throws CheckpointException         where the network makes of it what is not a number
     */
    public Segmentation segment(Volume image, boolean withProbabilities, TileListener listener, Arena owner) {
        long start = System.nanoTime();
        Orientation orientation = Orientation.of(image.requireFinite().grid());
        TileGrid tiles = TileGrid.over(orientation.canonical(), tile);
        Assembly assembly = Assembly.of(image.name(), orientation.canonical(), withProbabilities, owner);
        networkNanoseconds = 0;
        try (Arena passing = Arena.ofShared()) {
            Volume seen = model.description().window().apply(orientation.toCanonical(image, passing), passing);
            run(seen, tiles, assembly, listener);
        }
        Optional<Volume> probabilities = assembly.probabilities().map(made -> orientation.toOriginal(made, owner));
        return new Segmentation(orientation.toOriginal(assembly.mask(), owner), probabilities, tiles,
                (System.nanoTime() - start) * NANOSECONDS, networkNanoseconds * NANOSECONDS);
    }

    /** On a device with a queue the next tile is brought while this one is computed. */
    private void run(Volume seen, TileGrid tiles, Assembly assembly, TileListener listener) {
        tiles.tile(0).patch().copyInput(seen, inputs[0]);
        long voxels = 0;
        for (long i = 0; i < tiles.count(); i++) {
            start(inputs[(int) (i % 2)]);
            if (i + 1 < tiles.count()) {
                MemorySegment next = inputs[(int) ((i + 1) % 2)];
                tiles.tile(i + 1).patch().copyInput(seen, next);
                network.prefetch(next);
            }
            Tile done = tiles.tile(i);
            assembly.put(done, finish());
            voxels += done.voxels();
            listener.tileDone(i + 1, voxels);
        }
    }

    private void start(MemorySegment input) {
        long start = System.nanoTime();
        network.run(input);
        networkNanoseconds += System.nanoTime() - start;
    }

    private Logits finish() {
        long start = System.nanoTime();
        network.read(logits.values());
        networkNanoseconds += System.nanoTime() - start;
        if (!logits.isFinite()) {
            throw new CheckpointException(model.file() + ": its network makes values that are not finite; its training"
                    + " diverged or the file is damaged");
        }
        return logits;
    }

    @Override
    public void close() {
        network.close();
        arena.close();
    }
}
