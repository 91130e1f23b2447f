package lobule.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import lobule.file.InputException;

/**
 * The raw fields of a header, where nifti1.h and nifti2.h put them.
 *
 * @param raw   at least as many bytes as the header has, in its byte order
 * @param isSecondVersion NIfTI-2: the same fields, wider and elsewhere
 * @param file  what messages call it
 */
record NiftiFields(ByteBuffer raw, boolean isSecondVersion, String file) {
    static final int SPATIAL_UNITS = 0x07;

    ByteOrder order() {
        return raw.order();
    }

    /** Up to its terminating zero: "n+1", "ni1", "n+2" or "ni2". */
    String magic() {
        byte[] magic = new byte[4];
        raw.get(isSecondVersion ? 4 : 344, magic);
        String text = new String(magic, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    long dim(int index) {
        return isSecondVersion ? raw.getLong(16 + 8 * index) : raw.getShort(40 + 2 * index);
    }

    int dataType() {
        return raw.getShort(isSecondVersion ? 12 : 70);
    }

    int bitsPerVoxel() {
        return raw.getShort(isSecondVersion ? 14 : 72);
    }

    double pixelSize(int index) {
        return isSecondVersion ? raw.getDouble(104 + 8 * index) : raw.getFloat(76 + 4 * index);
    }

    double dataOffset() {
        return isSecondVersion ? raw.getLong(168) : raw.getFloat(108);
    }

    double slope() {
        return isSecondVersion ? raw.getDouble(176) : raw.getFloat(112);
    }

    double intercept() {
        return isSecondVersion ? raw.getDouble(184) : raw.getFloat(116);
    }

    int units() {
        return isSecondVersion ? raw.getInt(500) : raw.get(123);
    }

    int qformCode() {
        return isSecondVersion ? raw.getInt(344) : raw.getShort(252);
    }

    int sformCode() {
        return isSecondVersion ? raw.getInt(348) : raw.getShort(254);
    }

    /** quatern_b, quatern_c, quatern_d for 0 to 2. */
    double quaternion(int index) {
        return isSecondVersion ? raw.getDouble(352 + 8 * index) : raw.getFloat(256 + 4 * index);
    }

    /** qoffset_x, qoffset_y, qoffset_z for 0 to 2. */
    double quaternionOffset(int index) {
        return isSecondVersion ? raw.getDouble(376 + 8 * index) : raw.getFloat(268 + 4 * index);
    }

    /** Row 0 to 2 (srow_x, srow_y, srow_z), column 0 to 3. */
    double sform(int row, int column) {
        int index = 4 * row + column;
        return isSecondVersion ? raw.getDouble(400 + 8 * index) : raw.getFloat(280 + 4 * index);
    }

    /** Both forms, as they are. */
    NiftiForms forms() {
        return new NiftiForms(units() & SPATIAL_UNITS, doubles(4, this::pixelSize), qformCode(),
                doubles(6, i -> i < 3 ? quaternion(i) : quaternionOffset(i - 3)), sformCode(),
                doubles(12, i -> sform(i / 4, i % 4)));
    }

    private static List<Double> doubles(int count, IntToDoubleFunction field) {
        return IntStream.range(0, count).mapToDouble(field).boxed().toList();
    }

    InputException refuse(String field, Number value, String expected) {
        return refuse(field, String.valueOf(value), expected);
    }

    InputException refuse(String field, String value, String expected) {
        return new InputException(file + ": " + field + " is " + value + " but expected was " + expected + ".");
    }
}
