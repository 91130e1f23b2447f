package lobule.file;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a file is by its first bytes, for messages about files whose name says something else. */
public enum ContentType {
    GIT_LFS_POINTER("a git-lfs pointer to the file and not the file; fetch it with git lfs pull",
            at(0, "version https://git-lfs")),
    HTML("an HTML page, perhaps of a download that failed; download the file again", text("<!doctype html", "<html")),
    XML("an XML document", text("<?xml")),
    DICOM("a DICOM file; convert its series to NIfTI, by dcm2niix for example", at(128, "DICM")),
    NRRD("an NRRD file; convert it to NIfTI", at(0, "NRRD")),
    META_IMAGE("a MetaImage header; convert it to NIfTI", text("objecttype", "ndims", "comment =")),
    GZIP("gzip data packed by gzip once more; unpack it once", at(0, "\u001f\u008b")),
    ZIP("a zip archive; unpack it", at(0, "PK\u0003\u0004")),
    BZIP2("bzip2 data; unpack it", at(0, "BZh")),
    XZ("xz data; unpack it", at(0, "\u00fd7zXZ")),
    ZSTANDARD("zstd data; unpack it", at(0, "\u0028\u00b5\u002f\u00fd")),
    SEVEN_ZIP("a 7z archive; unpack it", at(0, "7z\u00bc\u00af")),
    TAR("a tar archive; unpack it", at(257, "ustar")),
    PNG("a PNG picture", at(0, "\u0089PNG")),
    JPEG("a JPEG picture", at(0, "\u00ff\u00d8\u00ff")),
    GIF("a GIF picture", at(0, "GIF8")),
    TIFF("a TIFF picture", at(0, "II*\0").or(at(0, "MM\0*"))),
    PDF("a PDF document", at(0, "%PDF")),
    NUMPY("a NumPy array; save it as NIfTI, with its affine", at(0, "\u0093NUMPY")),
    HDF5("an HDF5 file", at(0, "\u0089HDF")),
    JSON("a JSON document", text("{", "[")),
    ZEROS("nothing but zeros; copy or download it again", bytes -> bytes.length > 0 && isAll(bytes, (byte) 0)),
    TEXT("a text", bytes -> bytes.length > 0 && isText(bytes));

    /** Bytes that suffice to tell. */
    public static final int BYTES = 264;

    private final String description;
    private final Signature signature;

    private interface Signature {
        boolean fits(byte[] beginning);

        default Signature or(Signature other) {
            return beginning -> fits(beginning) || other.fits(beginning);
        }
    }

    ContentType(String description, Signature signature) {
        this.description = description;
        this.signature = signature;
    }

    /** @param beginning of the file, unpacked where it was packed; fewer than {@link #BYTES} where it ends before */
    public static Optional<ContentType> of(byte[] beginning) {
        byte[] looked = Arrays.copyOf(beginning, Math.min(beginning.length, BYTES));
        return Arrays.stream(values()).filter(type -> type.signature.fits(looked)).findFirst();
    }

    /** What it is and the way out, to follow "is". */
    public String description() {
        return description;
    }

    private static Signature at(int offset, String magic) {
        byte[] expected = magic.getBytes(StandardCharsets.ISO_8859_1);
        return beginning -> beginning.length >= offset + expected.length
                && Arrays.equals(beginning, offset, offset + expected.length, expected, 0, expected.length);
    }

    /** Texts begin after any byte order mark and blanks, in any case. */
    private static Signature text(String... beginnings) {
        return beginning -> {
            String text = new String(beginning, StandardCharsets.UTF_8).replace("\ufeff", "").strip()
                    .toLowerCase(Locale.ROOT);
            return isText(beginning) && Arrays.stream(beginnings).anyMatch(text::startsWith);
        };
    }

    private static boolean isText(byte[] beginning) {
        for (byte b : beginning) {
            if (b >= 0 && b < ' ' && b != '\t' && b != '\n' && b != '\r' || b == 127) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAll(byte[] bytes, byte value) {
        for (byte b : bytes) {
            if (b != value) {
                return false;
            }
        }
        return true;
    }
}
