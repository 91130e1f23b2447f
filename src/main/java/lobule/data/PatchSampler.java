package lobule.data;

import lobule.file.InputException;
import lobule.image.Mask;
import org.apache.commons.math3.random.Well19937c;

/** Chooses patches of one shape from one labelled volume. Not for several threads at once. */
public final class PatchSampler {
    private final LabelledVolume volume;
    private final PatchShape shape;
    private final boolean onlyForeground;
    private final PatchPositions positions;
    private final Well19937c generator = new Well19937c(0);

    /**
     * @param onlyForeground take only patches with a voxel of the organ in their output
     * @throws InputException where only those are wanted and there are none
     */
    public PatchSampler(LabelledVolume volume, PatchShape shape, boolean onlyForeground) {
        this.volume = onlyForeground ? volume.requireForeground() : volume;
        this.shape = shape;
        this.onlyForeground = onlyForeground;
        this.positions = onlyForeground ? PatchPositions.nearForeground(volume.mask(), shape)
                : PatchPositions.inside(volume.grid(), shape);
    }

    /**
     * The patch to overfit: of all positions the one whose foreground share is nearest to one half, the first in
     * raster order of equals.
     *
     * @throws InputException where the volume has no foreground
     */
    public Patch overfit() {
        return BalancedPatch.find(volume, shape);
    }

    /**
     * The patch of a step, uniform over all admissible positions. A function of seed and step alone, so a run that
     * resumes at a step goes on as it would have.
     */
    public Patch random(long seed, long step) {
        generator.setSeed(scramble(scramble(seed) + step));
        Mask mask = volume.mask();
        while (true) { // ends: the box of positions holds at least one that has foreground
            Patch patch = new Patch(shape, between(positions.firstZ(), positions.lastZ()),
                    between(positions.firstY(), positions.lastY()), between(positions.firstX(), positions.lastX()));
            if (!onlyForeground || patch.hasForeground(mask)) {
                return patch;
            }
        }
    }

    private long between(long first, long last) {
        return first + generator.nextLong(last - first + 1);
    }

    /** SplitMix64's finaliser: neighbouring steps must not begin in neighbouring states of the generator. */
    private static long scramble(long value) {
        long mixed = value + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
        return mixed ^ mixed >>> 31;
    }
}
