package lobule.file;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a file is by its first bytes, for messages about files whose name says something else.
 *
 * @param description what it is and the way out, to follow "is"
 */
public record ContentType(String description, Signature signature) {
    /** Bytes that suffice to tell. */
    public static final int BYTES = 264;

    private static final List<ContentType> KNOWN = List.of(
            new ContentType("a git-lfs pointer to the file and not the file; fetch it with git lfs pull",
                    at(0, "version https://git-lfs")),
            new ContentType("an HTML page, perhaps of a download that failed; download the file again",
                    text("<!doctype html", "<html")),
            new ContentType("an XML document", text("<?xml")),
            new ContentType("a DICOM file; convert its series to NIfTI, by dcm2niix for example", at(128, "DICM")),
            new ContentType("an NRRD file; convert it to NIfTI", at(0, "NRRD")),
            new ContentType("a MetaImage header; convert it to NIfTI", text("objecttype", "ndims", "comment =")),
            new ContentType("gzip data packed by gzip once more; unpack it once", at(0, "\u001f\u008b")),
            new ContentType("a zip archive; unpack it", at(0, "PK\u0003\u0004")),
            new ContentType("bzip2 data; unpack it", at(0, "BZh")),
            new ContentType("xz data; unpack it", at(0, "\u00fd7zXZ")),
            new ContentType("zstd data; unpack it", at(0, "(\u00b5/\u00fd")),
            new ContentType("a 7z archive; unpack it", at(0, "7z\u00bc\u00af")),
            new ContentType("a tar archive; unpack it", at(257, "ustar")),
            new ContentType("a PNG picture", at(0, "\u0089PNG")),
            new ContentType("a JPEG picture", at(0, "\u00ff\u00d8\u00ff")),
            new ContentType("a GIF picture", at(0, "GIF8")),
            new ContentType("a TIFF picture", at(0, "II*\0").or(at(0, "MM\0*"))),
            new ContentType("a PDF document", at(0, "%PDF")),
            new ContentType("a NumPy array; save it as NIfTI, with its affine", at(0, "\u0093NUMPY")),
            new ContentType("an HDF5 file", at(0, "\u0089HDF")),
            new ContentType("a JSON document", text("{", "[")),
            new ContentType("nothing but zeros; copy or download it again",
                    bytes -> bytes.length > 0 && isAll(bytes, (byte) 0)),
            new ContentType("a text", bytes -> bytes.length > 0 && isText(bytes)));

    /** Whether a file that begins so is of the type. */
    @FunctionalInterface
    public interface Signature {
        boolean fits(byte[] beginning);

        default Signature or(Signature other) {
            return beginning -> fits(beginning) || other.fits(beginning);
        }
    }

    /** @param beginning of the file, unpacked where it was packed; fewer than {@link #BYTES} where it ends before */
    public static Optional<ContentType> of(byte[] beginning) {
        byte[] looked = Arrays.copyOf(beginning, Math.min(beginning.length, BYTES));
        return KNOWN.stream().filter(type -> type.signature.fits(looked)).findFirst();
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
