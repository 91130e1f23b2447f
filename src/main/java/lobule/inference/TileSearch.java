package lobule.inference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import lobule.data.PatchShape;
import lobule.device.Device;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.TensorTooLargeException;
import lobule.image.Grid;
import lobule.nn.UNetConfig;

/**
 * Finds the tiles that leave the network least to read, border included, within a limit of memory: one shape for all
 * volumes, so that one network serves them.
 */
public final class TileSearch {
    /** Libraries count the elements of a tensor in 32 bits. */
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE;
    /** The input of the smallest output along an axis. */
    private static final long THINNEST = UNetConfig.legalOutputBelow(0) + 2 * UNetConfig.PADDING;

    private final UNetConfig network;
    private final List<Grid> volumes;
    private final ToLongFunction<PatchShape> bytes;

    /** @param canonical grids of the volumes, in canonical orientation */
    public TileSearch(Device device, UNetConfig network, List<Grid> canonical) {
        this(network, canonical, tile -> TileNetwork.bytes(device, network, tile));
    }

    TileSearch(UNetConfig network, List<Grid> canonical, ToLongFunction<PatchShape> bytes) {
        this.network = network;
        this.volumes = List.copyOf(canonical);
        this.bytes = bytes;
    }

    /** @throws OutOfDeviceMemoryException where not even the smallest tiles fit */
    public PatchShape find(long limitBytes) {
        List<PatchShape> shapes = leastWorkFirst();
        int fitting = shapes.size();
        int first = 0;
        while (first < fitting) {
            int middle = (first + fitting) / 2;
            if (fits(shapes.get(middle), limitBytes)) {
                fitting = middle;
            } else {
                first = middle + 1;
            }
        }
        if (fitting == shapes.size()) {
            throw new OutOfDeviceMemoryException("the network does not fit " + (limitBytes >> 20) + " MiB even with"
                    + " tiles of " + shapes.getLast() + "; give it more memory", limitBytes, null);
        }
        return shapes.get(fitting);
    }

    private boolean fits(PatchShape tile, long limitBytes) {
        try {
            return bytes.applyAsLong(tile) <= limitBytes;
        } catch (OutOfDeviceMemoryException | TensorTooLargeException e) {
            return false;
        }
    }

    /** From the largest on, each with less to hold and more to read than the one before. */
    private List<PatchShape> leastWorkFirst() {
        List<PatchShape> all = shapes();
        all.sort(Comparator.comparingLong(this::work).thenComparingLong(PatchShape::inputVoxels));
        List<PatchShape> chain = new ArrayList<>();
        for (PatchShape shape : all) {
            if (chain.isEmpty() || shape.inputVoxels() < chain.getLast().inputVoxels()) {
                chain.add(shape);
            }
        }
        return chain;
    }

    private long work(PatchShape shape) {
        return volumes.stream().mapToLong(volume -> TileGrid.over(volume, shape).inputVoxels()).sum();
    }

    private List<PatchShape> shapes() {
        int padding = Math.toIntExact(UNetConfig.PADDING);
        List<PatchShape> shapes = new ArrayList<>();
        for (int height : sizes(Grid::sizeY)) {
            for (int width : sizes(Grid::sizeX)) {
                if (network.rank() == 2) {
                    shapes.add(PatchShape.slice(height, width, padding));
                    continue;
                }
                for (int depth : sizes(Grid::sizeZ)) {
                    shapes.add(PatchShape.block(depth, height, width, padding));
                }
            }
        }
        shapes.removeIf(shape -> largestTensor(shape) > MOST_ELEMENTS);
        return shapes;
    }

    /**
     * For every volume and every number of tiles the smallest legal size that covers it, as far as tensors can be that
     * long. Numbers of tiles that come to the same size are passed over, so that a long axis takes no longer.
     */
    private SortedSet<Integer> sizes(ToLongFunction<Grid> axis) {
        long smallest = UNetConfig.legalOutputBelow(0);
        long across = network.rank() == 3 ? THINNEST * THINNEST : THINNEST;
        long row = MOST_ELEMENTS / (2L * network.baseChannels() * across);
        SortedSet<Integer> sizes = new TreeSet<>();
        for (Grid volume : volumes) {
            long strides = Math.max(0, Math.ceilDiv(axis.applyAsLong(volume) - smallest, TileGrid.ALIGNMENT));
            if (strides == 0) {
                sizes.add(Math.toIntExact(smallest));
            }
            long atMost = Math.min(strides, Math.max(1, row / TileGrid.ALIGNMENT));
            while (atMost > 0) {
                long needed = Math.ceilDiv(strides, Math.ceilDiv(strides, atMost));
                sizes.add(Math.toIntExact(smallest + needed * TileGrid.ALIGNMENT));
                atMost = needed - 1;
            }
        }
        if (sizes.size() > 1) {
            sizes.remove(Math.toIntExact(smallest)); // which cannot advance through what is larger
        }
        return sizes;
    }

    /** The first level's second convolution, or what the last level of the decoder reads. */
    private long largestTensor(PatchShape shape) {
        long base = network.baseChannels();
        return Math.max(2 * base * shape.inputVoxels(), 6 * base * new PatchShape(shape.rank(),
                shape.rank() == 3 ? shape.depth() + 4 : 1, shape.height() + 4, shape.width() + 4, 0).outputVoxels());
    }
}
