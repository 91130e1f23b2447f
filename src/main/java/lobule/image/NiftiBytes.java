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
 * @param atMost how many bytes the stream can give, at most
 */
record NiftiBytes(InputStream in, long atMost, boolean compressed) implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 16;
    /** Deflate spends at least two bits on a match of at most 258 bytes, so no stream grows more (zlib's notes). */
    private static final long MAX_INFLATION = 1032;

    static NiftiBytes open(Path file) throws IOException {
        long length = Files.size(file);
        InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        try {
            raw.mark(2);
            boolean compressed = raw.read() == 0x1f && raw.read() == 0x8b;
            raw.reset();
            return compressed ? new NiftiBytes(new GZIPInputStream(raw, BUFFER_BYTES), length * MAX_INFLATION, true)
                    : new NiftiBytes(raw, length, false);
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
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
