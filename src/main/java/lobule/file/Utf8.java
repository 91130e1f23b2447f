package lobule.file;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/** Text files as people save them: UTF-8, with or without a byte-order mark. */
final class Utf8 {
    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private Utf8() {}

    /** @throws InputException naming the line that is in another encoding */
    static String decode(String source, byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(in, out, true);
        out.flip();
        if (result.isError()) {
            long line = 1 + out.chars().filter(c -> c == '\n').count();
            throw new InputException(String.format("%s: line %d has the byte 0x%02X, which no UTF-8 text has there,"
                    + " expected UTF-8 (ASCII is); save it as that, or convert it: iconv -f %s -t UTF-8.", source, line,
                    in.get(in.position()), likely(bytes)));
        }
        boolean marked = out.hasRemaining() && out.get(0) == BYTE_ORDER_MARK;
        return marked ? out.subSequence(1, out.length()).toString() : out.toString();
    }

    private static String likely(byte[] bytes) {
        boolean sixteen = bytes.length > 1 && (bytes[0] & bytes[1] & 0xFE) == 0xFE && bytes[0] != bytes[1];
        return sixteen ? "UTF-16" : "LATIN1";
    }
}
