package lobule.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import lobule.file.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class NiftiReaderTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(NiftiType.class)
    void readsEveryTypeInBothVersionsAndByteOrdersPlainAndCompressed(NiftiType type) {
        for (ByteOrder order : List.of(ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN)) {
            for (boolean second : new boolean[] {false, true}) {
                byte[] bytes = new NiftiFile(second, order, type).bytes.array();
                requireCounting(read(NiftiFile.write(folder.resolve("plain.nii"), bytes)));
                // named against its content on purpose: the bytes decide
                Path compressed = NiftiFile.write(folder.resolve("compressed.nii"), NiftiFile.gzip(bytes));
                requireCounting(read(compressed));
                assertEquals(read(compressed).grid(), NiftiReader.readGrid(compressed));
            }
        }
    }

    private static Volume read(Path file) {
        return NiftiReader.read(file, Arena.ofAuto());
    }

    private static void requireCounting(Volume volume) {
        assertEquals("3x4x5", volume.grid().sizeText());
        assertEquals(new Vector(10 + 2, 20 + 2 * 3, 30 + 3 * 4), volume.grid().affine().apply(2, 3, 4));
        for (int i = 0; i < 60; i++) {
            assertEquals(i, volume.at(i % 3, i / 3 % 4, i / 12));
        }
    }

    @Test
    void readsExtremesOfUnsignedTypes() {
        NiftiFile file = new NiftiFile(false, ByteOrder.BIG_ENDIAN, NiftiType.UINT64).longs(352, -1L);
        assertEquals(0x1p64f, read(file.write(folder.resolve("u64.nii"))).at(0, 0, 0));
        file = new NiftiFile(false, ByteOrder.BIG_ENDIAN, NiftiType.UINT32).ints(352, -1);
        assertEquals(0x1p32f, read(file.write(folder.resolve("u32.nii"))).at(0, 0, 0));
        file = new NiftiFile(false, ByteOrder.BIG_ENDIAN, NiftiType.UINT16).shorts(352, -1);
        assertEquals(65535, read(file.write(folder.resolve("u16.nii"))).at(0, 0, 0));
        file = new NiftiFile(false, ByteOrder.BIG_ENDIAN, NiftiType.INT16).shorts(352, -1);
        assertEquals(-1, read(file.write(folder.resolve("i16.nii"))).at(0, 0, 0));
    }

    @Test
    void scalesBySlopeAndInterceptUnlessTheSlopeIsZeroOrNaN() {
        Path file = folder.resolve("scaled.nii");
        assertEquals(2.5f * 7 - 1024, read(NiftiFile.int16().slope(2.5, -1024).write(file)).at(1, 2, 0));
        assertEquals(7, read(NiftiFile.int16().slope(0, -1024).write(file)).at(1, 2, 0));
        assertEquals(7, read(NiftiFile.int16().slope(Double.NaN, Double.NaN).write(file)).at(1, 2, 0));
    }

    @Test
    void takesAFourthAxisOfOneAndASliceForAVolume() {
        Path file = folder.resolve("axes.nii");
        assertEquals("3x4x5", read(NiftiFile.int16().dim(0, 5).write(file)).grid().sizeText());
        assertEquals("3x4x1", read(NiftiFile.int16().dim(0, 2).write(file)).grid().sizeText());
        assertEquals("3x1x1", read(NiftiFile.int16().dim(0, 1).write(file)).grid().sizeText());
    }

    @Test
    void skipsExtensionsByTheOffset() {
        NiftiFile file = NiftiFile.int16().offset(352 + 16).dim(3, 4);
        assertEquals(8, read(file.write(folder.resolve("extended.nii"))).at(0, 0, 0));
    }

    @Test
    void turnsAQuarterByTheQuaternion() {
        double half = Math.sqrt(0.5); // 90 degrees about z: x to anterior, y to left
        NiftiFile file = NiftiFile.int16().sformCode(0).qformCode(1).quaternion(0, 0, half).real(268, 10);
        Affine affine = read(file.write(folder.resolve("q.nii"))).grid().affine();
        requireNear(new Vector(10, 1, 0), affine.apply(1, 0, 0));
        requireNear(new Vector(8, 0, 0), affine.apply(0, 1, 0));
        requireNear(new Vector(10, 0, 3), affine.apply(0, 0, 1));
        affine = read(file.pixdim(0, -1).write(folder.resolve("q.nii"))).grid().affine();
        requireNear(new Vector(10, 0, -3), affine.apply(0, 0, 1));
    }

    @Test
    void prefersTheSformToTheQform() {
        NiftiFile file = NiftiFile.int16().qformCode(1).quaternion(0, 0, 1);
        assertEquals(new Vector(12, 20, 30),
                NiftiReader.readGrid(file.write(folder.resolve("both.nii"))).affine().apply(2, 0, 0));
    }

    @Test
    void convertsUnitsToMillimetres() {
        NiftiFile file = NiftiFile.int16();
        file.bytes.put(123, (byte) 3); // micrometres
        assertEquals(0.003, read(file.write(folder.resolve("um.nii"))).grid().spacing(2), 1e-9);
    }

    @Test
    void findsTheOtherHalfOfAPair() {
        byte[] both = NiftiFile.int16().bytes.array();
        both[345] = 'i'; // ni1
        NiftiFile header = NiftiFile.int16().offset(0);
        header.bytes.put(345, (byte) 'i');
        Path hdr = NiftiFile.write(folder.resolve("pair.hdr"), Arrays.copyOf(header.bytes.array(), 348));
        assertTrue(refusal(hdr).contains(".img"));
        Path img = NiftiFile.write(folder.resolve("pair.img.gz"),
                NiftiFile.gzip(Arrays.copyOfRange(both, 352, both.length)));
        requireCounting(read(hdr));
        requireCounting(read(img));
    }

    static Stream<Arguments> damages() {
        return Stream.of(
                damage("sizeof_hdr", f -> f.ints(0, 349)),
                damage("magic", f -> f.ints(f.second ? 4 : 344, 0x55555555)),
                damage("dim[0]", f -> f.dim(0, 0)),
                damage("dim[0]", f -> f.dim(0, 8)),
                damage("dim[0]", f -> f.dim(0, -3)),
                damage("dim[2]", f -> f.dim(2, 0)),
                damage("dim[3]", f -> f.dim(3, -5)),
                damage("dim[4]", f -> f.dim(0, 4).dim(4, 2)),
                damage("dim[5]", f -> f.dim(0, 5).dim(5, 3)),
                damage("3x4x32000", f -> f.dim(3, 32000)),
                damage("datatype", f -> f.shorts(f.second ? 12 : 70, 128)),
                damage("datatype", f -> f.shorts(f.second ? 12 : 70, 32)),
                damage("datatype", f -> f.shorts(f.second ? 12 : 70, 77)),
                damage("bitpix is 8", f -> f.shorts(f.second ? 14 : 72, 8).dim(3, 4)),
                damage("dim[4] is 0", f -> f.dim(0, 4).dim(4, 0).dim(3, 4)),
                damage("vox_offset is 0", f -> f.offset(0).dim(3, 4)),
                damage("vox_offset", f -> f.offset(17)),
                damage("vox_offset", f -> f.offset(-1)),
                damage("at most", f -> f.offset(1 << 20)),
                damage("scl_slope", f -> f.slope(Double.POSITIVE_INFINITY, 0)),
                damage("scl_inter", f -> f.slope(1, Double.NaN)),
                damage("srow", f -> f.sform(1, 1, Double.NaN)),
                damage("srow", f -> f.sform(1, 1, 0)),
                damage("srow", f -> f.sform(2, 3, Double.POSITIVE_INFINITY)),
                damage("pixdim[2]", f -> f.sformCode(0).pixdim(2, 0)),
                damage("pixdim[3]", f -> f.sformCode(0).pixdim(3, Double.NaN)),
                damage("pixdim[1]", f -> f.sformCode(0).qformCode(1).pixdim(1, -1)),
                damage("quatern", f -> f.sformCode(0).qformCode(1).quaternion(1, 1, 0)),
                damage("quatern", f -> f.sformCode(0).qformCode(1).quaternion(0, Double.NaN, 0)),
                damage("qoffset", f -> f.sformCode(0).qformCode(1).real(f.second ? 376 : 268, Double.NaN)));
    }

    private static Arguments damage(String named, UnaryOperator<NiftiFile> damage) {
        return Arguments.of(named, damage);
    }

    @ParameterizedTest
    @MethodSource("damages")
    void refusesEachDamagedFieldByName(String named, UnaryOperator<NiftiFile> damage) {
        for (boolean second : new boolean[] {false, true}) {
            NiftiFile file = damage.apply(new NiftiFile(second, ByteOrder.BIG_ENDIAN, NiftiType.INT16));
            String message = refusal(file.write(folder.resolve("damaged.nii")));
            assertTrue(message.contains(named), message);
        }
    }

    @Test
    void refusesSizesBeyondAnyMemoryBeforeTakingAny() {
        NiftiFile file = new NiftiFile(true, ByteOrder.LITTLE_ENDIAN, NiftiType.INT16);
        file.dim(1, Long.MAX_VALUE / 16).dim(2, 1).dim(3, 1);
        assertTrue(refusal(file.write(folder.resolve("huge.nii"))).contains("at most"));
        assertTrue(refusal(file.dim(2, 1L << 20).write(folder.resolve("huge.nii"))).contains("dim[2]"));
        file.dim(1, 1 << 20).dim(2, 1 << 20);
        byte[] compressed = NiftiFile.gzip(file.bytes.array());
        assertTrue(refusal(NiftiFile.write(folder.resolve("huge.nii.gz"), compressed)).contains("at most"));
    }

    @Test
    void refusesAFileCutOffAnywhere() {
        byte[] plain = NiftiFile.int16().bytes.array();
        for (int length = 0; length < plain.length; length++) {
            refusal(NiftiFile.write(folder.resolve("cut.nii"), Arrays.copyOf(plain, length)));
        }
        byte[] gzip = NiftiFile.gzip(plain);
        for (int length = 0; length < gzip.length; length++) {
            refusal(NiftiFile.write(folder.resolve("cut.nii.gz"), Arrays.copyOf(gzip, length)));
        }
    }

    @Test
    void noticesAFlippedBitInACompressedFile() {
        byte[] gzip = NiftiFile.gzip(NiftiFile.int16().bytes.array());
        for (int at = 10; at < gzip.length; at++) { // the first ten bytes hold time stamps and the like
            byte[] damaged = gzip.clone();
            damaged[at] ^= 0x10;
            Path file = NiftiFile.write(folder.resolve("flipped.nii.gz"), damaged);
            try {
                requireCounting(read(file)); // the last block ends in bits that mean nothing
            } catch (InputException e) {
                assertTrue(e.getMessage().startsWith(file.toString()), e.getMessage());
            }
        }
    }

    @Test
    void endsAnyDamageInAVolumeOrASentence() {
        Random random = new Random(5);
        for (int round = 0; round < 1000; round++) {
            byte[] bytes = new NiftiFile(round % 2 == 0, ByteOrder.LITTLE_ENDIAN, NiftiType.UINT8).bytes.array();
            for (int i = 0; i < 1 + round % 7; i++) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Path file = NiftiFile.write(folder.resolve("fuzzed.nii"), bytes);
            try {
                read(file);
            } catch (InputException e) {
                assertTrue(e.getMessage().contains("fuzzed.nii"), e.getMessage());
            }
        }
    }

    @Test
    void saysThatAFileIsMissingOrAFolder() {
        assertTrue(refusal(folder.resolve("absent.nii")).contains("no such file"));
        refusal(folder);
    }

    static Stream<Arguments> leniencies() {
        return Stream.of(
                damage("bitpix is 8", f -> f.shorts(f.second ? 14 : 72, 8)),
                damage("bitpix is 0", f -> f.shorts(f.second ? 14 : 72, 0)),
                damage("dim[5] is 0, read as 1", f -> f.dim(0, 5).dim(5, 0)),
                damage("vox_offset is 0", f -> f.offset(0)));
    }

    @ParameterizedTest
    @MethodSource("leniencies")
    void acceptsWithANoteWhatTheLengthOfTheFileBearsOut(String noted, UnaryOperator<NiftiFile> damage) {
        for (boolean second : new boolean[] {false, true}) {
            byte[] bytes = damage.apply(new NiftiFile(second, ByteOrder.BIG_ENDIAN, NiftiType.INT16)).bytes.array();
            for (byte[] content : List.of(bytes, NiftiFile.gzip(bytes))) {
                Volume volume = read(NiftiFile.write(folder.resolve("lenient.nii"), content));
                requireCounting(volume);
                assertTrue(volume.notes().getFirst().contains(noted), volume.notes().toString());
            }
            byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
            for (byte[] content : List.of(longer, NiftiFile.gzip(longer))) {
                assertTrue(refusal(NiftiFile.write(folder.resolve("longer.nii"), content)).contains(noted));
            }
        }
    }

    @Test
    void notesWhatTheFormsLeaveInDoubt() {
        assertEquals(List.of(), notes(NiftiFile.int16()));
        assertTrue(notes(NiftiFile.int16().sformCode(0)).getFirst().contains("lies in the image is unknown"));
        assertTrue(notes(NiftiFile.int16().qformCode(1)).getFirst().contains(
                "the qform (code 1) places voxels up to 37.4 mm away"));
        assertTrue(notes(NiftiFile.int16().qformCode(1).quaternion(1, 1, 1)).getFirst().contains("is none"));
        NiftiFile withoutRows = NiftiFile.int16().qformCode(1).real(268, 10).real(272, 20).real(276, 30);
        for (int i = 0; i < 12; i++) {
            withoutRows.sform(i / 4, i % 4, 0);
        }
        assertEquals("sform_code is 1 but srow_x, srow_y, srow_z are [0 0 0 0, 0 0 0 0, 0 0 0 0], no invertible"
                + " matrix; the qform (code 1) is taken", notes(withoutRows).getFirst());
    }

    private List<String> notes(NiftiFile file) {
        return read(file.write(folder.resolve("noted.nii"))).notes();
    }

    @Test
    void saysWhatAFileOfAnotherKindIs() {
        byte[] dicom = new byte[600];
        System.arraycopy("DICM".getBytes(StandardCharsets.US_ASCII), 0, dicom, 128, 4);
        requireNamed("a DICOM file", dicom);
        requireNamed("a git-lfs pointer", "version https://git-lfs.github.com/spec/v1\noid sha256:4\n");
        requireNamed("an HTML page", "\n <!DOCTYPE HTML><html>");
        requireNamed("an NRRD file", "NRRD0004\ntype: short\n");
        requireNamed("a JSON document", "{\"name\": 1}");
        requireNamed("a zip archive", "PK\003\004 and more");
        requireNamed("a PNG picture", new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0});
        requireNamed("gzip data packed by gzip once more",
                NiftiFile.gzip(NiftiFile.gzip(NiftiFile.int16().bytes.array())));
        requireNamed("nothing but zeros", new byte[400]);
        requireNamed("a text", "Dear colleague,");
    }

    private void requireNamed(String expected, String content) {
        requireNamed(expected, content.getBytes(StandardCharsets.US_ASCII));
    }

    private void requireNamed(String expected, byte[] content) {
        String message = refusal(NiftiFile.write(folder.resolve("named.nii.gz"), content));
        assertTrue(message.contains("is not a NIfTI file but " + expected), message);
    }

    /** A megabyte that claims half a thousand: nothing of that size is taken. */
    @Test
    void countsACompressedFileThatClaimsImprobablyMuch() {
        byte[] noise = new byte[1 << 20];
        new Random(1).nextBytes(noise);
        NiftiFile file = new NiftiFile(true, ByteOrder.LITTLE_ENDIAN, NiftiType.UINT8).dim(1, 1000).dim(2, 1000)
                .dim(3, 500);
        System.arraycopy(file.bytes.array(), 0, noise, 0, 544);
        Path claiming = NiftiFile.write(folder.resolve("claims.nii.gz"), NiftiFile.gzip(noise));
        String message = assertThrows(InputException.class, () -> NiftiReader.readGrid(claiming)).getMessage();
        assertTrue(message.contains("holds at most " + noise.length + " bytes"), message);
    }

    private static String refusal(Path file) {
        String message = assertThrows(InputException.class, () -> read(file)).getMessage();
        assertTrue(message.contains(file.getFileName().toString().replaceFirst("\\..*", "")), message);
        assertTrue(message.endsWith("."), message);
        return message;
    }

    private static void requireNear(Vector expected, Vector actual) {
        assertEquals(0, expected.plus(actual.times(-1)).length(), 1e-5, expected + " but " + actual);
    }
}
