package lobule.device.cpu.winograd;

import java.util.Optional;
import lobule.tensor.Shape;

/** Which convolutions are computed by Winograd's algorithm, in tiles of which size; the others are direct. */
@FunctionalInterface
public interface WinogradUse {
    /** What a convolution computes. */
    enum Pass { FORWARD, BACKWARD_DATA, BACKWARD_WEIGHTS }

    WinogradUse NEVER = (pass, weight, written) -> Optional.empty();

    /**
     * @param weight  (Co, Ci, ...)
     * @param written activation, or gradient by one, that the tiles are of
     */
    Optional<WinogradTile> tile(Pass pass, Shape weight, Shape written);

    /** Wherever it can be, whether it pays or not. */
    static WinogradUse wherePossible(WinogradTile tile) {
        return (pass, weight, written) -> possible(weight) ? Optional.of(tile) : Optional.empty();
    }

    /** Three taps along each axis. */
    static boolean possible(Shape weight) {
        for (int axis = 0; axis < weight.spatialRank(); axis++) {
            if (weight.spatial(axis) != WinogradDomain.TAPS) {
                return false;
            }
        }
        return true;
    }
}
