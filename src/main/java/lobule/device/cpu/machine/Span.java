package lobule.device.cpu.machine;

/** A row of elements cut into chunks of fixed size, so that partial sums do not depend on the number of threads. */
public record Span(long elements, long chunk) {
    private static final long CHUNK = 1 << 16;

    public Span(long elements) {
        this(elements, CHUNK);
    }

    public int chunks() {
        return Math.toIntExact(Math.ceilDiv(elements, chunk));
    }

    public long start(int index) {
        return index * chunk;
    }

    public long end(int index) {
        return Math.min(elements, start(index) + chunk);
    }
}
