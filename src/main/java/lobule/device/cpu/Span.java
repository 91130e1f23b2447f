package lobule.device.cpu;

/** A row of elements cut into chunks of fixed size, so that partial sums do not depend on the number of threads. */
record Span(long elements) {
    private static final long CHUNK = 1 << 16;

    int chunks() {
        return Math.toIntExact(Math.ceilDiv(elements, CHUNK));
    }

    long start(int chunk) {
        return chunk * CHUNK;
    }

    long end(int chunk) {
        return Math.min(elements, start(chunk) + CHUNK);
    }
}
