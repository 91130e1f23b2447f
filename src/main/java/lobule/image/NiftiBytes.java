package lobule.image;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * The bytes of a file, inflated where they begin with the gzip magic.
 *
 * @param stored bytes of the file as it is
 */
record NiftiBytes(InputStream in, long stored, boolean compressed) implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    /** Deflate spends at least two bits on a match of at most 258 bytes, so no stream grows more (zlib's notes). */
    private static final long MAX_INFLATION = 1032;
    /** CT shrinks to a half or a third, masks to a hundredth. What claims more than this is counted first. */
    private static final long PLAUSIBLE_INFLATION = 16;

    static NiftiBytes open(Path file) throws IOException {
        long length = Files.size(file);
        InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        try {
            raw.mark(2);
            boolean compressed = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            return new NiftiBytes(compressed ? new GZIPInputStream(raw, BUFFER_BYTES) : raw, length, compressed);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    /**
     * How many bytes there are to read, where that can be known by no more work than the claim is worth: a compressed
     * stream that could plausibly hold as many is believed.
     *
     * @param claimed by a header
     * @param exactly count a compressed stream in any case
     * @return the number, or, of a compressed stream, anything from {@code claimed} on that is not refuted
     */
    static long available(Path file, long claimed, boolean exactly) throws IOException {
        try (NiftiBytes bytes = open(file)) {
            if (!bytes.compressed) {
                return bytes.stored;
            }
            if (claimed / MAX_INFLATION > bytes.stored) {
                return bytes.stored * MAX_INFLATION;
            }
            boolean plausible = claimed / PLAUSIBLE_INFLATION <= bytes.stored;
            return plausible && !exactly ? claimed : count(bytes.in, Math.addExact(claimed, 1));
        }
    }

    /** Up to this many. */
    private static long count(InputStream in, long limit) throws IOException {
        byte[] chunk = new byte[BUFFER_BYTES];
        long count = 0;
        while (count < limit) {
            int length = in.readNBytes(chunk, 0, (int) Math.min(chunk.length, limit - count));
            if (length == 0) {
                return count;
            }
            count += length;
        }
        return count;
    }

    /** Reads a compressed stream to its end, where its checksum is compared. */
    void drain() throws IOException {
        if (compressed) {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
