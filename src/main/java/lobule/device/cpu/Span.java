package lobule.device.cpu;

/** A row of elements cut into chunks of fixed size, so that partial sums do not depend on the number of threads. */
record Span(long elements, long chunk) {
    private static final long CHUNK = 1 << 16;

    Span(long elements) {
        this(elements, CHUNK);
    }

    int chunks() {
        return Math.toIntExact(Math.ceilDiv(elements, chunk));
    }

    long start(int index) {
        return index * chunk;
    }

    long end(int index) {
        return Math.min(elements, start(index) + chunk);
    }
}
