package lobule.device.cpu.winograd;

import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import lobule.device.cpu.machine.Extents;
import lobule.device.cpu.machine.Lanes;
import lobule.tensor.Shape;

/**
 * Winograd's algorithm where it takes less time than a direct convolution. Times are counted in the floating-point
 * operations that a product of large matrices does meanwhile; the constants are from measurement (docs/benchmarks.md).
 */
public record WinogradWherePays() implements WinogradUse {
    /** Of a direct convolution, compared with a product of large matrices. */
    private static final double DIRECT = 1.15;
    private static final double PRODUCT = 1.2;
    /** A product of matrices with this many pairs of channels takes twice as long as its operations. */
    private static final double SMALL_PRODUCT = 500;
    /** To transform one value of an activation. */
    private static final double ACTIVATION = 60;
    /** To transform one value of the weights, and lay it out for the product. */
    private static final double WEIGHT = 250;

    @Override
    public Optional<WinogradTile> tile(Pass pass, Shape weight, Shape written) {
        if (!WinogradUse.possible(weight)) {
            return Optional.empty();
        }
        double direct = DIRECT * 2 * weight.elements() * written.elements() / written.channels();
        return Stream.of(WinogradTile.values())
                .min(Comparator.comparingDouble(tile -> cost(tile, weight, written)))
                .filter(tile -> cost(tile, weight, written) < direct);
    }

    private static double cost(WinogradTile tile, Shape weight, Shape written) {
        WinogradDomain domain = new WinogradDomain(tile, weight.spatialRank());
        double pairs = weight.size(0) * weight.size(1);
        double channels = Lanes.padded((int) weight.size(0)) + Lanes.padded((int) weight.size(1));
        double tiles = CubeGrid.covering(Extents.of(written), domain).count();
        double product = PRODUCT * (1 + SMALL_PRODUCT / pairs) * 2 * tiles * pairs;
        return domain.frequencies() * (product + ACTIVATION * tiles * channels + WEIGHT * pairs);
    }
}
