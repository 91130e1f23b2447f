package lobule.cli;

import java.util.Locale;
import lobule.inference.TileGrid;
import lobule.inference.TileListener;

/** How a volume goes, tile by tile. */
final class TileProgress implements TileListener {
    private static final double NANOSECONDS = 1e-9;

    private final StatusLine status;
    private final TileGrid tiles;
    private final long deviceBytes;
    private final long start = System.nanoTime();

    TileProgress(StatusLine status, TileGrid tiles, long deviceBytes) {
        this.status = status;
        this.tiles = tiles;
        this.deviceBytes = deviceBytes;
    }

    @Override
    public void tileDone(long done, long voxels) {
        double seconds = (System.nanoTime() - start) * NANOSECONDS;
        double left = seconds / done * (tiles.count() - done);
        status.show(String.format(Locale.ROOT, "tile %d/%d  %,.0f voxels/s  ETA %s  %s", done, tiles.count(),
                voxels / seconds, Quantities.duration(left), StatusLine.memory(deviceBytes)), done == tiles.count());
    }
}
