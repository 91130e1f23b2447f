package lobule.train;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.data.LabelledVolume;
import lobule.data.Patch;
import lobule.image.Mask;

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
        long voxels = patch.shape().outputVoxels();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment labels = arena.allocate(voxels);
            patch.copyTarget(volume.mask(), labels);
            long foreground = 0;
            for (long i = 0; i < voxels; i++) {
                foreground += Mask.isForeground(labels.get(ValueLayout.JAVA_BYTE, i)) ? 1 : 0;
            }
            return (double) foreground / voxels;
        }
    }
}
