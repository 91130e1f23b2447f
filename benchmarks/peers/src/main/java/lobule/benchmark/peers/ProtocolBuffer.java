package lobule.benchmark.peers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes one message in the encoding of protocol buffers: fields of numbers, texts, bytes and inner messages. */
final class ProtocolBuffer {
    private static final int VARINT = 0;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    ProtocolBuffer number(int field, long... values) {
        for (long value : values) {
            varint(field << 3 | VARINT);
            varint(value);
        }
        return this;
    }

    ProtocolBuffer fixed(int field, float value) {
        varint(field << 3 | FIXED32);
        int bits = Float.floatToRawIntBits(value);
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(bits >>> shift);
        }
        return this;
    }

    ProtocolBuffer text(int field, String... values) {
        for (String value : values) {
            bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }
        return this;
    }

    ProtocolBuffer message(int field, ProtocolBuffer message) {
        return bytes(field, message.out.toByteArray());
    }

    ProtocolBuffer bytes(int field, byte[] value) {
        varint(field << 3 | LENGTH_DELIMITED);
        varint(value.length);
        out.writeBytes(value);
        return this;
    }

    void writeTo(OutputStream stream) throws IOException {
        out.writeTo(stream);
    }

    /** Seven bits a byte, lowest first, the top bit set on all but the last. */
    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
    }
}
