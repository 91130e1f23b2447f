package lobule.device.cpu.winograd;

import lobule.device.cpu.machine.Extents;
import lobule.device.cpu.machine.Lanes;
import lobule.tensor.Shape;

/**
 * Which convolutions are computed by Winograd's algorithm: 3x3x3 without bias, of whole vectors of channels, where the
 * multiplications saved outweigh the transforms.
 *
 * @param leastPairs pairs of channels, Ci · Co: the more there are, the less the transforms of the activations count
 * @param leastTiles of 2x2x2 voxels: the more there are, the less those of the weights count
 */
public record WinogradUse(long leastPairs, long leastTiles) {
    /** As measured on AVX-512: above these it was faster in every pass. */
    public static final WinogradUse WHERE_IT_PAYS = new WinogradUse(32 * 64, 512);
    public static final WinogradUse NEVER = new WinogradUse(Long.MAX_VALUE, Long.MAX_VALUE);
    /** What kernels say of how they compute. */
    static final String ALGORITHM = "Winograd F(2x2x2, 3x3x3)";
    private static final long KERNEL = 3;

    /**
     * @param weight  (Co, Ci, ...)
     * @param written activation, or gradient by one, that the tiles are of
     */
    public boolean includes(Shape weight, Shape written) {
        return weight.spatialRank() == 3 && kernel(weight) && wholeVectors(weight.size(0))
                && wholeVectors(weight.size(1)) && weight.size(0) * weight.size(1) >= leastPairs
                && CubeGrid.covering(Extents.of(written)).count() >= leastTiles;
    }

    private static boolean kernel(Shape weight) {
        return weight.spatial(0) == KERNEL && weight.spatial(1) == KERNEL && weight.spatial(2) == KERNEL;
    }

    private static boolean wholeVectors(long channels) {
        return channels % Lanes.COUNT == 0;
    }
}
