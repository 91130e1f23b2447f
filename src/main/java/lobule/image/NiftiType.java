package lobule.image;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import lobule.file.InputException;

/** The scalar voxel types of NIfTI, by their codes in the header's {@code datatype} field. */
enum NiftiType {
    UINT8(2, 1),
    INT16(4, 2),
    INT32(8, 4),
    FLOAT32(16, 4),
    FLOAT64(64, 8),
    INT8(256, 1),
    UINT16(512, 2),
    UINT32(768, 4),
    INT64(1024, 8),
    UINT64(1280, 8);

    private static final double TWO_TO_64 = 0x1p64;

    final int code;
    final int bytes;

    NiftiType(int code, int bytes) {
        this.code = code;
        this.bytes = bytes;
    }

    static NiftiType of(int code, String file) {
        for (NiftiType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        throw new InputException(file + ": datatype is " + code + " (" + describe(code)
                + ") but one number a voxel was expected: an integer of 8 to 64 bits, float32 or float64.");
    }

    /** Decodes what the buffer holds into floats from this index on; value * slope + intercept, in double. */
    void decode(ByteBuffer raw, MemorySegment voxels, long firstIndex, double slope, double intercept) {
        long index = firstIndex;
        while (raw.remaining() >= bytes) {
            voxels.setAtIndex(ValueLayout.JAVA_FLOAT, index++, (float) (next(raw) * slope + intercept));
        }
    }

    private double next(ByteBuffer raw) {
        return switch (this) {
            case UINT8 -> raw.get() & 0xff;
            case INT8 -> raw.get();
            case INT16 -> raw.getShort();
            case UINT16 -> raw.getShort() & 0xffff;
            case INT32 -> raw.getInt();
            case UINT32 -> raw.getInt() & 0xffff_ffffL;
            case INT64 -> raw.getLong();
            case UINT64 -> unsigned(raw.getLong());
            case FLOAT32 -> raw.getFloat();
            case FLOAT64 -> raw.getDouble();
        };
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : bits + TWO_TO_64;
    }

    private static String describe(int code) {
        return switch (code) {
            case 0 -> "unknown";
            case 1 -> "one bit a voxel";
            case 32, 1792, 2048 -> "complex";
            case 128 -> "RGB colour";
            case 2304 -> "RGBA colour";
            case 1536 -> "float128";
            default -> "no NIfTI type";
        };
    }
}
