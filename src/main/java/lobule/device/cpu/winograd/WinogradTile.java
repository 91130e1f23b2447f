package lobule.device.cpu.winograd;

import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.math3.fraction.BigFraction;

/** How many voxels along each axis one tile of Winograd's algorithm computes, and from which points. */
public enum WinogradTile {
    TWO(2),
    FOUR(4);

    private final int outputs;

    WinogradTile(int outputs) {
        this.outputs = outputs;
    }

    int outputs() {
        return outputs;
    }

    /** Voxels along each axis that a tile reads, and frequencies along it. */
    int span() {
        return outputs + WinogradDomain.TAPS - 1;
    }

    AxisTransform axis() {
        return switch (this) {
            case TWO -> new TwoOutputs();
            case FOUR -> new FourOutputs();
        };
    }

    /** The finite interpolation points. */
    List<BigFraction> points() {
        return switch (this) {
            case TWO -> Stream.of(0.0, 1.0, -1.0).map(BigFraction::new).toList();
            case FOUR -> {
                double p = FourOutputs.P;
                double q = FourOutputs.Q;
                yield Stream.of(0.0, p, -p, q, -q).map(BigFraction::new).toList();
            }
        };
    }
}
