package lobule.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import lobule.file.AtomicFile;
import lobule.file.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NiftiWriterTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"out.nii", "out.nii.gz"})
    void givesBackWhatWasWritten(String name) {
        Grid grid = new Grid(33, 31, 29, Geometry.oblique(7)); // more than one chunk
        Volume volume = Geometry.counting(grid);
        NiftiWriter.write(volume, folder.resolve(name));
        Volume read = NiftiReader.read(folder.resolve(name), Arena.ofAuto());
        assertTrue(grid.sameAs(read.grid(), 1e-3), grid.difference(read.grid(), 1e-3).toString());
        assertEquals(-1, volume.voxels().mismatch(read.voxels()));

        Mask mask = Mask.allocate("mask", grid, Arena.ofAuto());
        for (int i = 0; i < grid.voxels(); i++) {
            mask.set(i % 33, i / 33 % 31, i / 33 / 31, i % 256);
        }
        NiftiWriter.write(mask, folder.resolve(name));
        Volume labels = NiftiReader.read(folder.resolve(name), Arena.ofAuto());
        for (long i = 0; i < grid.voxels(); i++) {
            assertEquals((float) (i % 256), labels.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, i), "voxel " + i);
        }
    }

    /** Readers differ in which of the two forms they prefer, so both must say the same. */
    @Test
    void writesAQuaternionThatAgreesWithTheMatrix() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            Affine affine = seed < 48 ? Geometry.axisAligned(seed) : Geometry.oblique(seed);
            Grid grid = new Grid(20, 30, 40, affine);
            Path file = folder.resolve("both.nii");
            NiftiWriter.write(Mask.allocate("mask", grid, Arena.ofAuto()), file);
            byte[] bytes = Files.readAllBytes(file);
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putShort(254, (short) 0);
            Grid fromQuaternion = NiftiReader.readGrid(Files.write(file, bytes));
            assertTrue(grid.sameAs(fromQuaternion, 0.01), seed + ": " + grid.difference(fromQuaternion, 0.01));
        }
    }

    @Test
    void leavesTheQuaternionOutOfAShearedGrid() throws IOException {
        Affine sheared = new Affine(new Vector(1, 0, 0), new Vector(0.25, 1, 0), new Vector(0, 0, 1),
                new Vector(0, 0, 0));
        NiftiWriter.write(Mask.allocate("mask", new Grid(2, 2, 2, sheared), Arena.ofAuto()),
                folder.resolve("sheared.nii"));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(folder.resolve("sheared.nii")))
                .order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(0, bytes.getShort(252));
        assertEquals(sheared, NiftiReader.readGrid(folder.resolve("sheared.nii")).affine());
    }

    @Test
    void refusesWhatTheFormatCannotHold() throws IOException {
        Mask small = Mask.allocate("mask", new Grid(1, 1, 1, Affine.ofSpacing(1, 1, 1)), Arena.ofAuto());
        assertThrows(InputException.class, () -> NiftiWriter.write(small, folder.resolve("mask.png")));
        Mask wide = Mask.allocate("mask", new Grid(32768, 1, 1, Affine.ofSpacing(1, 1, 1)), Arena.ofAuto());
        assertThrows(InputException.class, () -> NiftiWriter.write(wide, folder.resolve("wide.nii")));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void keepsTheOldFileWhereWritingFails() throws IOException {
        Path target = Files.write(folder.resolve("old"), new byte[] {1, 2, 3});
        assertThrows(InputException.class, () -> AtomicFile.write(target, out -> {
            out.write(9);
            throw new IOException("disk full");
        }));
        assertThrows(IllegalStateException.class, () -> AtomicFile.write(target, out -> {
            out.write(new byte[1 << 20]);
            throw new IllegalStateException("a fault");
        }));
        assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(target));
        AtomicFile.write(target, out -> out.write(7));
        assertArrayEquals(new byte[] {7}, Files.readAllBytes(target));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count(), "no partial file stays");
        }
    }

    @Test
    void saysWhereItCannotWrite() throws IOException {
        Path file = Files.write(folder.resolve("file"), new byte[1]);
        Path below = file.resolve("mask.nii");
        Mask mask = Mask.allocate("mask", new Grid(1, 1, 1, Affine.ofSpacing(1, 1, 1)), Arena.ofAuto());
        String message = assertThrows(InputException.class, () -> NiftiWriter.write(mask, below)).getMessage();
        assertTrue(message.startsWith(below.toString()), message);
    }

    /** Codes and bits of both forms, whichever is used: nowhere may a mask lie otherwise than its CT. */
    @Test
    void whatIsMadeOfAVolumeHasTheFormsOfItsFile() throws IOException {
        int[][] codes = {{0, 0}, {0, 2}, {1, 0}, {1, 1}, {2, 4}, {0, 5}};
        for (int[] code : codes) {
            NiftiFile made = NiftiFile.int16().qformCode(code[0]).sformCode(code[1]).quaternion(0.1, -0.0, 0.3)
                    .real(268, 1e-7).real(276, -77.125).pixdim(0, -1).sform(0, 1, 0.123456789).sform(2, 0, 1e-30);
            made.bytes.put(123, (byte) 0); // unit not said
            byte[] ct = Files.readAllBytes(made.write(folder.resolve("ct.nii")));
            Grid grid = NiftiReader.readGrid(folder.resolve("ct.nii"));
            Orientation orientation = Orientation.of(grid);
            Mask canonical = Mask.allocate("mask", orientation.canonical(), Arena.global());
            NiftiWriter.write(orientation.toOriginal(canonical, Arena.global()), folder.resolve("mask.nii"));
            byte[] mask = Files.readAllBytes(folder.resolve("mask.nii"));
            String which = "qform " + code[0] + ", sform " + code[1];
            assertEquals(-1, Arrays.mismatch(ct, 252, 328, mask, 252, 328), which);
            assertEquals(-1, Arrays.mismatch(ct, 76, 92, mask, 76, 92), which + ": pixdim");
            assertEquals(0, mask[123], which);
            assertEquals(grid, NiftiReader.readGrid(folder.resolve("mask.nii")), which);
        }
    }
}
