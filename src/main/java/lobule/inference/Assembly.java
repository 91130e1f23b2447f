package lobule.inference;

import java.lang.foreign.Arena;
import java.util.Optional;
import lobule.data.Patch;
import lobule.evaluation.Logits;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.Volume;

/**
 * Labels and, where wanted, probabilities of a volume, put together tile by tile.
 *
 * @param probabilities of the foreground
 */
record Assembly(Mask mask, Optional<Volume> probabilities) {

    /** @param canonical grid of the volume in canonical orientation */
    static Assembly of(String name, Grid canonical, boolean withProbabilities, Arena arena) {
        return new Assembly(Mask.allocate("mask of " + name, canonical, arena), withProbabilities
                ? Optional.of(Volume.allocate("probabilities of " + name, canonical, arena)) : Optional.empty());
    }

    /** Takes what counts of a tile's output. */
    void put(Tile tile, Logits logits) {
        Patch patch = tile.patch();
        for (long z = 0; z < tile.depth(); z++) {
            for (long y = 0; y < tile.height(); y++) {
                long row = (z * patch.shape().height() + y) * patch.shape().width();
                for (long x = 0; x < tile.width(); x++) {
                    put(patch.x() + x, patch.y() + y, patch.z() + z, logits, row + x);
                }
            }
        }
    }

    private void put(long x, long y, long z, Logits logits, long voxel) {
        mask.set(x, y, z, logits.label(voxel));
        if (probabilities.isPresent()) {
            probabilities.get().set(x, y, z, logits.foregroundProbability(voxel));
        }
    }
}
