package lobule.device.cpu.winograd;

/** How many voxels along each axis one tile of Winograd's algorithm computes. */
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
}
