package lobule.device;

/** The host's clock: for devices whose launches run to their end. */
final class HostTimer implements Timer {
    private static final double NANOSECONDS = 1e-9;

    private long start;
    private long stop;

    @Override
    public void start() {
        start = System.nanoTime();
    }

    @Override
    public void stop() {
        stop = System.nanoTime();
    }

    @Override
    public double seconds() {
        return (stop - start) * NANOSECONDS;
    }
}
