package lobule.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32C;

/**
 * A checksum of a whole file, kept in its own metadata as eight hexadecimal digits: the CRC-32C of all bytes, with
 * {@link #PLACEHOLDER} where its digits stand. So damage is told from a network that training made.
 */
final class FileChecksum {
    static final String KEY = "checksum";
    static final String PLACEHOLDER = "00000000";
    private static final byte[] BEFORE_DIGITS = ("\"" + KEY + "\":\"").getBytes(StandardCharsets.US_ASCII);
    /** A ByteBuffer ends at 2 GiB. */
    private static final long CHUNK_BYTES = 1 << 30;

    private FileChecksum() {}

    /** Where in a header the digits stand; -1 where there are none. */
    static int digitsIn(byte[] header) {
        for (int at = 0; at <= header.length - BEFORE_DIGITS.length - PLACEHOLDER.length(); at++) {
            int matching = 0;
            while (matching < BEFORE_DIGITS.length && header[at + matching] == BEFORE_DIGITS[matching]) {
                matching++;
            }
            if (matching == BEFORE_DIGITS.length) {
                return at + matching;
            }
        }
        return -1;
    }

    static String digits(CRC32C sum) {
        return HexFormat.of().toHexDigits((int) sum.getValue());
    }

    /** Of a file whose digits stand at this byte of it. */
    static String of(MemorySegment file, long digitsAt) {
        CRC32C sum = new CRC32C();
        update(sum, file.asSlice(0, digitsAt));
        sum.update(PLACEHOLDER.getBytes(StandardCharsets.US_ASCII));
        update(sum, file.asSlice(digitsAt + PLACEHOLDER.length()));
        return digits(sum);
    }

    static ByteBuffer bytes(String digits) {
        return ByteBuffer.wrap(digits.getBytes(StandardCharsets.US_ASCII));
    }

    private static void update(CRC32C sum, MemorySegment bytes) {
        for (long offset = 0; offset < bytes.byteSize(); offset += CHUNK_BYTES) {
            sum.update(bytes.asSlice(offset, Math.min(CHUNK_BYTES, bytes.byteSize() - offset)).asByteBuffer());
        }
    }
}
