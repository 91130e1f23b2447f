package lobule.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Builds NIfTI files byte by byte, independently of the writer, with whatever damage a test wants. */
final class NiftiFile {
    final ByteBuffer bytes;
    final boolean second;

    /** A 3 x 4 x 5 volume of this type, values 0, 1, 2, … and an sform of spacing 1, 2, 3 at (10, 20, 30). */
    NiftiFile(boolean second, ByteOrder order, NiftiType type) {
        this.second = second;
        int offset = second ? 544 : 352;
        bytes = ByteBuffer.allocate(offset + 60 * type.bytes).order(order);
        bytes.putInt(0, second ? 540 : 348);
        byte[] magic = (second ? "n+2\0\r\n\032\n" : "n+1\0").getBytes(StandardCharsets.ISO_8859_1);
        bytes.put(second ? 4 : 344, magic);
        long[] dim = {3, 3, 4, 5, 1, 1, 1, 1};
        for (int i = 0; i < 8; i++) {
            dim(i, dim[i]);
            pixdim(i, i == 0 ? 1 : i < 4 ? i : 1);
        }
        shorts(second ? 12 : 70, type.code);
        shorts(second ? 14 : 72, 8 * type.bytes);
        offset(offset);
        slope(1, 0);
        sformCode(1);
        double[][] rows = {{1, 0, 0, 10}, {0, 2, 0, 20}, {0, 0, 3, 30}};
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 4; column++) {
                sform(row, column, rows[row][column]);
            }
        }
        for (int i = 0; i < 60; i++) {
            voxel(type, offset + i * type.bytes, i);
        }
    }

    static NiftiFile int16() {
        return new NiftiFile(false, ByteOrder.LITTLE_ENDIAN, NiftiType.INT16);
    }

    private void voxel(NiftiType type, int at, int value) {
        switch (type) {
            case UINT8, INT8 -> bytes.put(at, (byte) value);
            case INT16, UINT16 -> bytes.putShort(at, (short) value);
            case INT32, UINT32 -> bytes.putInt(at, value);
            case INT64, UINT64 -> bytes.putLong(at, value);
            case FLOAT32 -> bytes.putFloat(at, value);
            case FLOAT64 -> bytes.putDouble(at, value);
        }
    }

    NiftiFile dim(int index, long value) {
        return second ? longs(16 + 8 * index, value) : shorts(40 + 2 * index, (int) value);
    }

    NiftiFile pixdim(int index, double value) {
        return real(second ? 104 + 8 * index : 76 + 4 * index, value);
    }

    NiftiFile offset(double value) {
        return second ? longs(168, (long) value) : real(108, value);
    }

    NiftiFile slope(double slope, double intercept) {
        return real(second ? 176 : 112, slope).real(second ? 184 : 116, intercept);
    }

    NiftiFile qformCode(int code) {
        return second ? ints(344, code) : shorts(252, code);
    }

    NiftiFile sformCode(int code) {
        return second ? ints(348, code) : shorts(254, code);
    }

    NiftiFile quaternion(double b, double c, double d) {
        int at = second ? 352 : 256;
        int width = second ? 8 : 4;
        return real(at, b).real(at + width, c).real(at + 2 * width, d);
    }

    NiftiFile sform(int row, int column, double value) {
        return real(second ? 400 + 8 * (4 * row + column) : 280 + 4 * (4 * row + column), value);
    }

    NiftiFile shorts(int at, int value) {
        bytes.putShort(at, (short) value);
        return this;
    }

    NiftiFile ints(int at, int value) {
        bytes.putInt(at, value);
        return this;
    }

    NiftiFile longs(int at, long value) {
        bytes.putLong(at, value);
        return this;
    }

    NiftiFile real(int at, double value) {
        if (second) {
            bytes.putDouble(at, value);
        } else {
            bytes.putFloat(at, (float) value);
        }
        return this;
    }

    Path write(Path file) {
        return write(file, bytes.array());
    }

    static Path write(Path file, byte[] content) {
        try {
            return Files.write(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] gzip(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
