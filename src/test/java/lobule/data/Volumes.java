package lobule.data;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import lobule.image.Affine;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.Volume;

/** Small labelled volumes for tests: every voxel its own index, labels at random. */
final class Volumes {
    private Volumes() {}

    static Grid grid(long x, long y, long z) {
        return new Grid(x, y, z, Affine.ofSpacing(1, 1, 1));
    }

    static LabelledVolume random(long x, long y, long z, double foreground, long seed) {
        Random random = new Random(seed);
        LabelledVolume volume = empty(x, y, z);
        for (long i = 0; i < volume.grid().voxels(); i++) {
            volume.image().voxels().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) i);
            int label = random.nextDouble() < foreground ? 1 : random.nextInt(10) == 0 ? Mask.IGNORE : 0;
            volume.mask().labels().set(ValueLayout.JAVA_BYTE, i, (byte) label);
        }
        return volume;
    }

    static LabelledVolume empty(long x, long y, long z) {
        Grid grid = grid(x, y, z);
        Arena arena = Arena.ofAuto();
        return new LabelledVolume("test", Volume.allocate("test.nii", grid, arena),
                Mask.allocate("test mask", grid, arena), 2);
    }
}
