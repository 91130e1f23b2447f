package lobule.image;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipException;
import lobule.file.InputException;

/**
 * Reads NIfTI-1 and NIfTI-2: one file or an .hdr/.img pair, plain or gzip, either byte order, any scalar type.
 * What a file is, is read from its bytes; its name matters only for finding the other half of a pair.
 */
public final class NiftiReader {
    private static final int CHUNK_BYTES = 1 << 18; // a multiple of every voxel size

    private NiftiReader() {}

    /**
     * The volume in its own voxel order, values after slope and intercept (64-bit ones rounded to float).
     *
     * @param file  the .nii or .nii.gz file, or either half of a pair
     * @param arena owner of the voxels
     * @throws InputException where the file is missing, damaged, or holds no single scalar volume
     */
    public static Volume read(Path file, Arena arena) {
        Path headerFile = headerOf(file);
        try {
            NiftiHeader header = readHeader(headerFile);
            return readVoxels(header, voxelFile(header, headerFile), file.toString(), arena);
        } catch (IOException e) {
            throw unreadable(headerFile, e);
        }
    }

    /** The grid alone, without reading the voxels; there are as many as it says, as far as that can be told. */
    public static Grid readGrid(Path file) {
        Path headerFile = headerOf(file);
        try {
            return readHeader(headerFile).grid();
        } catch (IOException e) {
            throw unreadable(headerFile, e);
        }
    }

    private static InputException unreadable(Path file, IOException e) {
        return new InputException(file + ": cannot be read (" + e + "); a readable NIfTI file was expected.", e);
    }

    private static NiftiHeader readHeader(Path file) throws IOException {
        requireFile(file);
        try (NiftiBytes bytes = NiftiBytes.open(file)) {
            NiftiHeader header = NiftiHeader.parse(bytes.in().readNBytes(NiftiHeader.LONGEST), file.toString());
            requireLength(header, voxelFile(header, file));
            VoxelMemory.requireAvailable(file.toString(), header.grid());
            return header;
        } catch (ZipException | EOFException e) {
            throw new InputException(file + ": its gzip stream is damaged or cut off ("
                    + e.getMessage() + "); copy or download it again.", e);
        }
    }

    private static Volume readVoxels(NiftiHeader header, Path file, String name, Arena arena) throws IOException {
        try (NiftiBytes source = NiftiBytes.open(file)) {
            Volume volume = Volume.allocate(name, header.grid(), arena).withNotes(header.notes());
            source.in().skipNBytes(header.dataOffset());
            decode(header, source, volume);
            source.drain();
            return volume;
        } catch (EOFException e) {
            throw new InputException(file + ": ends too early: its header declares " + header.grid().sizeText()
                    + " voxels of " + header.type() + "; it was cut off, copy or download it again.", e);
        } catch (ZipException e) {
            throw new InputException(file + ": its gzip stream is damaged (" + e.getMessage()
                    + "); copy or download it again.", e);
        }
    }

    private static void decode(NiftiHeader header, NiftiBytes source, Volume volume) throws IOException {
        long bytes = header.dataBytes();
        byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, bytes)];
        ByteBuffer raw = ByteBuffer.wrap(chunk).order(header.order());
        for (long done = 0; done < bytes; done += raw.limit()) {
            int length = (int) Math.min(chunk.length, bytes - done);
            if (source.in().readNBytes(chunk, 0, length) < length) {
                throw new EOFException();
            }
            raw.position(0).limit(length);
            header.type().decode(raw, volume.voxels(), done / header.type().bytes, header.slope(), header.intercept());
        }
    }

    /** Before anything of the declared size is taken or planned: does the file hold what its header declares? */
    private static void requireLength(NiftiHeader header, Path file) throws IOException {
        boolean exactly = !header.leniencies().isEmpty();
        long held = NiftiBytes.available(file, header.dataEnd(), exactly);
        if (held < header.dataEnd()) {
            throw new InputException(file + ": holds at most " + held + " bytes but its header declares "
                    + header.grid().sizeText() + " voxels of " + header.type() + ", that is " + header.dataBytes()
                    + " bytes from byte " + header.dataOffset() + " on; it was cut off or its header is damaged.");
        }
        if (exactly && held > header.dataEnd()) {
            throw new InputException(file + ": " + String.join("; ", header.leniencies()) + "; a file of "
                    + header.dataEnd() + " bytes would bear that out, but it goes on; mend its header.");
        }
    }

    private static Path voxelFile(NiftiHeader header, Path headerFile) {
        Path file = header.paired() ? imageOf(headerFile) : headerFile;
        requireFile(file);
        return file;
    }

    private static void requireFile(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InputException(file + ": there is no such file; a NIfTI file was expected.");
        }
    }

    private static Path headerOf(Path file) {
        Path sibling = sibling(file, ".img", ".hdr");
        return sibling == null ? file : sibling;
    }

    private static Path imageOf(Path header) {
        Path image = sibling(header, ".hdr", ".img");
        if (image == null) {
            throw new InputException(header + ": its voxels should be in an .img or .img.gz file beside it,"
                    + " but there is none.");
        }
        return image;
    }

    /** The other half of a pair, compressed like this one if there is the choice; null where there is none. */
    private static Path sibling(Path file, String ending, String otherEnding) {
        String name = String.valueOf(file.getFileName());
        boolean compressed = name.endsWith(".gz");
        String plain = compressed ? name.substring(0, name.length() - 3) : name;
        if (!plain.endsWith(ending)) {
            return null;
        }
        String other = plain.substring(0, plain.length() - ending.length()) + otherEnding;
        Path alike = file.resolveSibling(compressed ? other + ".gz" : other);
        Path unlike = file.resolveSibling(compressed ? other : other + ".gz");
        return Files.isRegularFile(alike) ? alike : Files.isRegularFile(unlike) ? unlike : null;
    }
}
