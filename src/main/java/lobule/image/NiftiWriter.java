package lobule.image;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;
import lobule.file.AtomicFile;
import lobule.file.InputException;

/** Writes NIfTI-1 files, little-endian, .nii or .nii.gz by name; whole or not at all. */
public final class NiftiWriter {
    private static final int CHUNK_BYTES = 1 << 16;

    private NiftiWriter() {}

    /** Closing it gives zlib's memory back and leaves the file open, for its owner to close. */
    private static final class Gzip extends GZIPOutputStream {
        Gzip(OutputStream file) throws IOException {
            super(file, CHUNK_BYTES);
        }

        @Override
        public void close() throws IOException {
            try {
                finish();
            } finally {
                def.end();
            }
        }
    }

    /** As float32. */
    public static void write(Volume volume, Path file) {
        write(file, volume.grid(), NiftiType.FLOAT32, volume.voxels());
    }

    /** As uint8. */
    public static void write(Mask mask, Path file) {
        write(file, mask.grid(), NiftiType.UINT8, mask.labels());
    }

    private static void write(Path file, Grid grid, NiftiType type, MemorySegment voxels) {
        boolean compress = isCompressed(file);
        byte[] header = NiftiHeaderWriter.header(grid, type, file.toString());
        AtomicFile.write(file, out -> {
            if (!compress) {
                write(out, header, type, voxels);
                return;
            }
            try (Gzip gzip = new Gzip(out)) {
                write(gzip, header, type, voxels);
            }
        });
    }

    private static void write(OutputStream out, byte[] header, NiftiType type, MemorySegment voxels)
            throws IOException {
        out.write(header);
        byte[] chunk = new byte[CHUNK_BYTES];
        for (long done = 0; done < voxels.byteSize(); done += chunk.length) {
            int length = (int) Math.min(chunk.length, voxels.byteSize() - done);
            if (type == NiftiType.FLOAT32) {
                MemorySegment.copy(voxels, ValueLayout.JAVA_FLOAT, done, MemorySegment.ofArray(chunk),
                        ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 0, length / Float.BYTES);
            } else {
                MemorySegment.copy(voxels, ValueLayout.JAVA_BYTE, done, chunk, 0, length);
            }
            out.write(chunk, 0, length);
        }
    }

    private static boolean isCompressed(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (!name.endsWith(".nii") && !name.endsWith(".nii.gz")) {
            throw new InputException(file + ": a NIfTI file's name must end in .nii or .nii.gz.");
        }
        return name.endsWith(".gz");
    }
}
