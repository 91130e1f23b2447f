package lobule.train;

import java.lang.foreign.MemorySegment;
import lobule.data.LabelledVolume;
import lobule.data.Patch;

/** A patch and the volume it is of. */
public record Sample(LabelledVolume volume, Patch patch) {

    /**
     * Copies what the network is given.
     *
     * @param input  (1, 1, D, H, W) of the padded patch, floats
     * @param target (1, D', H', W') labels
     */
    void copyTo(MemorySegment input, MemorySegment target) {
        patch.copyInput(volume.image(), input);
        patch.copyTarget(volume.mask(), target);
    }

    /** Foreground voxels of the output over all of its voxels. */
    public double foregroundShare() {
        return (double) patch.foregroundVoxels(volume.mask()) / patch.shape().outputVoxels();
    }
}
