package lobule.inference;

import java.util.Optional;
import lobule.image.Mask;
import lobule.image.Volume;

/**
 * What a network makes of a volume, on the volume's own grid.
 *
 * @param mask           in the arena given to {@link Segmenter#segment}, as are the probabilities
 * @param probabilities  of the foreground, where asked for
 * @param tiles          how the volume was cut, in canonical orientation
 * @param seconds        all in all, files not included
 * @param networkSeconds in the network, with the copies to and from the device
 */
public record Segmentation(Mask mask, Optional<Volume> probabilities, TileGrid tiles, double seconds,
                           double networkSeconds) {

    public double voxelsPerSecond() {
        return tiles.voxels() / seconds;
    }

    /** Part of the time that was spent in the network. */
    public double networkShare() {
        return networkSeconds / seconds;
    }
}
