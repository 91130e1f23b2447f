package lobule.image;

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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import lobule.SharedFiles;
import lobule.data.Masks;
import lobule.file.InputException;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Files of other projects' test suites, with what another reader said about each. */
class NiftiOracleTest {
    private static final Pattern CONTENT = Pattern.compile(
            "NIfTI. \\w+ dim=\\[(.*?)] pix=\\[(.*?)] \\w+ .* (\\w{3}) (?:oblique\\(.*?\\) )?"
                    + "min=(\\S+) max=(\\S+) sum=(\\S+)(?: nan=(\\d+))?");

    @TestFactory
    Stream<DynamicTest> agreesWithAnotherReaderOnEveryFile() throws IOException {
        Path readers = SharedFiles.require("readers/MANIFEST.tsv").getParent();
        return Files.readAllLines(readers.resolve("MANIFEST.tsv")).stream().filter(row -> row.startsWith("nifti/"))
                .map(row -> row.split("\t"))
                .map(row -> DynamicTest.dynamicTest(row[0], () -> check(readers.resolve(row[0]), row[row.length - 1])));
    }

    private static void check(Path file, String content) throws IOException {
        Matcher known = CONTENT.matcher(content);
        boolean pairWithVoxels = file.getFileName().toString().startsWith("minimal.");
        if (known.find() && isOneVolume(known.group(1))) {
            checkVolume(NiftiReader.read(file, Arena.ofAuto()), known);
        } else if (pairWithVoxels) {
            assertEquals("64x64x10", NiftiReader.read(file, Arena.ofAuto()).grid().sizeText());
        } else {
            String message = assertThrows(InputException.class,
                    () -> NiftiReader.read(file, Arena.ofAuto())).getMessage();
            assertTrue(message.startsWith(file.toString()), message);
        }
    }

    private static boolean isOneVolume(String dimensions) {
        return Arrays.stream(dimensions.split(", ", -1)).skip(3).allMatch("1"::equals);
    }

    private static void checkVolume(Volume volume, Matcher known) {
        String[] sizes = known.group(1).split(", ", -1);
        String[] spacing = known.group(2).split(", ", -1);
        for (int axis = 0; axis < 3; axis++) {
            assertEquals(axis < sizes.length ? Long.parseLong(sizes[axis]) : 1, volume.grid().size(axis));
            assertEquals(Double.parseDouble(spacing[axis]), volume.grid().spacing(axis), 1e-4);
        }
        assertEquals(known.group(3), Orientation.of(volume.grid()).code());
        double sum = 0;
        double min = Double.POSITIVE_INFINITY;
        double max = Double.NEGATIVE_INFINITY;
        long missing = 0;
        for (long i = 0; i < volume.grid().voxels(); i++) {
            float value = volume.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            missing += Float.isNaN(value) ? 1 : 0;
            sum += Float.isNaN(value) ? 0 : value;
            min = Float.isNaN(value) ? min : Math.min(min, value);
            max = Float.isNaN(value) ? max : Math.max(max, value);
        }
        double expectedSum = Double.parseDouble(known.group(6));
        assertEquals(expectedSum, sum, 1e-6 * Math.max(1, Math.abs(expectedSum)));
        assertEquals(Double.parseDouble(known.group(4)), min, 1e-6 * Math.abs(min));
        assertEquals(Double.parseDouble(known.group(5)), max, 1e-6 * Math.abs(max));
        assertEquals(known.group(7) == null ? 0 : Long.parseLong(known.group(7)), missing);
    }

    /** Where a program wrote both forms of one geometry, leaving either out must not move a voxel. */
    @Test
    void readsTheSamePlaceFromSformAndQform() throws IOException {
        Path nibabel = SharedFiles.require("readers/nifti/nibabel");
        long[] size = {128, 128, 24};
        List<String> compared = new ArrayList<>();
        for (String name : List.of("anatomical.nii", "functional.nii", "example4d.nii.gz", "nifti1.hdr", "nifti2.hdr",
                "example_nifti2.nii.gz", "reoriented_anat_moved.nii")) {
            byte[] header;
            try (NiftiBytes source = NiftiBytes.open(nibabel.resolve(name))) {
                header = source.in().readNBytes(NiftiHeader.LONGEST);
            }
            ByteBuffer raw = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
            boolean second = raw.getInt(0) == 540;
            NiftiFields fields = new NiftiFields(second || raw.getInt(0) == 348 ? raw
                    : raw.order(ByteOrder.BIG_ENDIAN), second, name);
            Grid first = NiftiGeometry.grid(fields, size, new ArrayList<>());
            raw.putInt(second ? 348 : 252, second ? 0 : raw.order() == ByteOrder.LITTLE_ENDIAN ? 1 : 1 << 16);
            assertEquals(0, fields.sformCode());
            compared.add(name + ": " + first.difference(NiftiGeometry.grid(fields, size, new ArrayList<>()), 0.02));
        }
        assertTrue(compared.stream().allMatch(text -> text.endsWith("Optional.empty")), compared.toString());
    }

    @Test
    void readsTheCtVolumesAsDescribed() {
        Volume image = NiftiReader.read(SharedFiles.require("ct/imagesTr/tsexample.nii.gz"), Arena.ofAuto());
        Mask mask = Masks.read(SharedFiles.require("ct/labelsTr/tsexample.nii.gz"));
        assertEquals("122x101x112", image.grid().sizeText());
        assertEquals("RAS", Orientation.of(image.grid()).code());
        assertTrue(image.grid().sameAs(mask.grid(), 0.01));
        long voxels = 0;
        double sum = 0;
        for (long i = 0; i < mask.grid().voxels(); i++) {
            if (mask.labels().get(ValueLayout.JAVA_BYTE, i) == 1) {
                voxels++;
                sum += image.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            }
        }
        assertEquals(41_602, voxels);
        assertEquals(44.3, sum / voxels, 0.05);
        assertEquals("LPS", Orientation.of(NiftiReader.readGrid(
                SharedFiles.require("ct/imagesTr/ircad01.nii.gz"))).code());
    }
}
