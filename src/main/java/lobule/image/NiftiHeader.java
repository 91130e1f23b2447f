package lobule.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import lobule.file.ContentType;
import java.util.stream.Stream;
import lobule.file.InputException;

/**
 * What a NIfTI-1 or NIfTI-2 header says, checked. Field names in messages are those of nifti1.h and nifti2.h.
 *
 * @param paired     true where the voxels are in an .img file of their own
 * @param dataOffset where the first voxel lies in the file that holds them
 * @param slope      voxel value = stored value * slope + intercept
 * @param leniencies what was read otherwise than it stands there, which only a file of exactly the declared length
 *                   bears out
 * @param doubts     what is as it stands there, and doubtful
 */
record NiftiHeader(Grid grid, NiftiType type, ByteOrder order, boolean paired, long dataOffset, double slope,
                   double intercept, List<String> leniencies, List<String> doubts) {
    /** Bytes of the longer of the two headers. */
    static final int LONGEST = 540;

    static final int NIFTI1_BYTES = 348;
    private static final int NIFTI2_BYTES = 540;

    /**
     * @param bytes the file's beginning: up to {@link #LONGEST} bytes, fewer where the file ends before
     * @throws InputException where they are no NIfTI header, or one that describes no scalar volume
     */
    static NiftiHeader parse(byte[] bytes, String file) {
        ByteBuffer raw = ByteBuffer.wrap(bytes);
        if (bytes.length < Integer.BYTES) {
            throw new InputException(file + ": has " + bytes.length + " bytes but a NIfTI header takes "
                    + NIFTI1_BYTES + ".");
        }
        boolean second = chooseOrder(raw, bytes, file);
        int needed = second ? NIFTI2_BYTES : NIFTI1_BYTES;
        if (bytes.length < needed) {
            throw new InputException(file + ": ends inside its header, after " + bytes.length + " of " + needed
                    + " bytes.");
        }
        return read(new NiftiFields(raw, second, file));
    }

    /** Sets the byte order in which sizeof_hdr makes sense; true for NIfTI-2. */
    private static boolean chooseOrder(ByteBuffer raw, byte[] bytes, String file) {
        for (ByteOrder order : new ByteOrder[] {ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
            int size = raw.order(order).getInt(0);
            if (size == NIFTI1_BYTES || size == NIFTI2_BYTES) {
                return size == NIFTI2_BYTES;
            }
        }
        ContentType.of(bytes).ifPresent(type -> {
            throw new InputException(file + ": is not a NIfTI file but " + type.description() + ".");
        });
        throw new InputException(file + ": is not a NIfTI file: sizeof_hdr is " + raw.order(ByteOrder.LITTLE_ENDIAN)
                .getInt(0) + " but " + NIFTI1_BYTES + " or " + NIFTI2_BYTES + " was expected in either byte order.");
    }

    private static NiftiHeader read(NiftiFields fields) {
        boolean paired = isPaired(fields);
        NiftiType type = NiftiType.of(fields.dataType(), fields.file());
        List<String> leniencies = new ArrayList<>();
        List<String> doubts = new ArrayList<>();
        if (fields.bitsPerVoxel() != type.bytes * 8) {
            leniencies.add("bitpix is " + fields.bitsPerVoxel() + ", not the " + type.bytes * 8 + " of datatype "
                    + type.code + " (" + type + ")");
        }
        Grid grid = NiftiGeometry.grid(fields, size(fields, leniencies), doubts);
        double slope = fields.slope();
        double intercept = fields.intercept();
        if (Double.isInfinite(slope)) {
            throw fields.refuse("scl_slope", slope, "a finite number");
        }
        boolean scaled = slope != 0 && !Double.isNaN(slope); // 0 by the standard, NaN as nibabel writes it: unscaled
        if (scaled && !Double.isFinite(intercept)) {
            throw fields.refuse("scl_inter", intercept, "a finite number");
        }
        return new NiftiHeader(grid, type, fields.order(), paired, dataOffset(fields, paired, leniencies),
                scaled ? slope : 1, scaled ? intercept : 0, List.copyOf(leniencies), List.copyOf(doubts));
    }

    /** Bytes of the voxels as the file stores them. */
    long dataBytes() {
        return Math.multiplyExact(grid.voxels(), (long) type.bytes);
    }

    /** Where the last voxel ends in the file that holds them. */
    long dataEnd() {
        return Math.addExact(dataOffset, dataBytes());
    }

    /** One sentence for each thing that was read leniently or is doubtful, once the file's length is known to fit. */
    List<String> notes() {
        return Stream.concat(leniencies.stream().map(text -> text + ", as the length of the file bears out"),
                doubts.stream()).toList();
    }

    private static boolean isPaired(NiftiFields fields) {
        String magic = fields.magic();
        String digit = fields.isSecondVersion() ? "2" : "1";
        if (magic.equals("n+" + digit)) {
            return false;
        }
        if (magic.equals("ni" + digit)) {
            return true;
        }
        throw new InputException(fields.file() + ": is not a NIfTI file (an Analyze 7.5 header, perhaps): magic is "
                + quote(magic) + " but \"n+" + digit + "\" or \"ni" + digit + "\" was expected.");
    }

    private static long[] size(NiftiFields fields, List<String> leniencies) {
        long axes = fields.dim(0);
        if (axes < 1 || axes > 7) {
            throw fields.refuse("dim[0]", axes, "1 to 7 axes");
        }
        long[] size = {1, 1, 1};
        long voxels = 1;
        for (int axis = 1; axis <= axes; axis++) {
            long extent = fields.dim(axis);
            if (axis > 3 && extent == 0) {
                leniencies.add("dim[" + axis + "] is 0, read as 1");
                continue;
            }
            if (extent < 1) {
                throw fields.refuse("dim[" + axis + "]", extent, "at least 1");
            }
            if (axis > 3 && extent != 1) {
                throw fields.refuse("dim[" + axis + "]", extent, "1, that is a single volume, not a series");
            }
            if (extent > Long.MAX_VALUE / Double.BYTES / voxels) {
                throw fields.refuse("dim[" + axis + "]", extent, "a volume below 2^60 voxels");
            }
            voxels *= extent;
            if (axis <= 3) {
                size[axis - 1] = extent;
            }
        }
        return size;
    }

    private static long dataOffset(NiftiFields fields, boolean paired, List<String> leniencies) {
        double offset = fields.dataOffset();
        long least = paired ? 0 : fields.isSecondVersion() ? NIFTI2_BYTES + 4 : NIFTI1_BYTES + 4;
        if (offset == 0 && least > 0) {
            leniencies.add("vox_offset is 0, where the header is; the voxels are read from byte " + least + " on");
            return least;
        }
        if (!(offset >= least) || offset > 1L << 52 || offset != Math.rint(offset)) {
            throw fields.refuse("vox_offset", offset, "a whole number of bytes, at least " + least);
        }
        return (long) offset;
    }

    private static String quote(String magic) {
        StringBuilder text = new StringBuilder("\"");
        for (byte b : magic.getBytes(StandardCharsets.ISO_8859_1)) {
            text.append(b >= ' ' && b < 127 ? String.valueOf((char) b) : String.format("\\x%02x", b));
        }
        return text.append('"').toString();
    }
}
