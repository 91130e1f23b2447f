package lobule.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import lobule.file.InputException;
import lobule.image.Affine;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.NiftiWriter;
import lobule.image.Volume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaskReaderTest {
    private static final OptionalInt NONE = OptionalInt.empty();
    private static final ClassLabels LIVER = ClassLabels.liver(NONE);

    @TempDir
    private Path folder;

    private int written;

    private static Grid grid(int voxels) {
        return new Grid(voxels, 1, 1, Affine.ofSpacing(1, 1, 1));
    }

    private Path file(float... values) {
        Volume stored = Volume.allocate("mask", grid(values.length), Arena.ofAuto());
        for (int i = 0; i < values.length; i++) {
            stored.set(i, 0, 0, values[i]);
        }
        Path file = folder.resolve("mask" + ++written + ".nii");
        NiftiWriter.write(stored, file);
        return file;
    }

    private List<Integer> read(MaskReader reader, float... values) {
        Mask mask = reader.read(file(values), "image", grid(values.length), Arena.ofAuto());
        return IntStream.range(0, values.length).mapToObj(i -> mask.at(i, 0, 0)).toList();
    }

    private static MaskReader reader(ClassLabels labels) {
        return new MaskReader(labels, MaskGrid.OWN);
    }

    private static ClassLabels defined(String text, OptionalInt ignore) {
        return ClassLabels.defined("labels", ClassDefinition.parse("labels", text),
                Map.of("background", List.of(0), "liver", List.of(1), "cancer", List.of(2)), ignore);
    }

    private static void assertRefused(String expected, Executable action) {
        String message = assertThrows(InputException.class, action).getMessage();
        assertTrue(message.contains(expected), message);
    }

    @Test
    void labelsAreMergedAndLeftOutAndNamed() {
        assertEquals(List.of(0, 1, 1), read(reader(defined("liver=1,2", NONE)), 0, 1, 2));
        assertEquals(List.of(0, 1, 1), read(reader(defined("organ = liver, cancer", NONE)), 0, 1, 2));
        MaskReader apart = reader(defined("cancer=2;liver=1", NONE));
        assertEquals(List.of(0, 2, 1), read(apart, 0, 1, 2));
        assertEquals(List.of(), apart.notes());
        MaskReader left = reader(defined("liver=1", NONE));
        assertEquals(List.of(0, 1, 0, 0, 0), read(left, 0, 1, 2, 2, 900));
        assertTrue(left.notes().getFirst().endsWith("label 2 (cancer) is background: no class has it (2 voxels)"),
                left.notes().toString());
        assertEquals(List.of(1, 0), read(reader(defined("air=0", NONE)), 0, 1));
    }

    @Test
    void notesAreOnceForAllMasks() {
        MaskReader reader = reader(defined("liver=1", NONE));
        read(reader, 0, 2);
        read(reader, 2, 2);
        assertEquals(1, reader.notes().size());
        assertTrue(reader.notes().getFirst().startsWith("2 masks, "), reader.notes().toString());
        assertTrue(reader.notes().getFirst().endsWith("(3 voxels)"), reader.notes().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"liver", "=1", "liver=", "liver=1,", "liver=1;;vessel=2", "liver=1;liver=2",
        "liver=1;vessel=1", "background=0", "ignore=3", "a=1=2", ""})
    void definitionsThatAreNoneAreRefused(String text) {
        assertRefused("expected ", () -> ClassDefinition.parse("--labels", text));
    }

    @Test
    void definitionsThatDoNotFitTheDataAreRefused() {
        assertRefused("there is no label spleen, expected a number from 0 to 65535 or one of",
                () -> defined("a=spleen", NONE));
        assertRefused("label 1 is in class b twice or in class a too", () -> defined("a=1;b=liver", NONE));
        assertRefused("label 2 is in class a and the label to ignore", () -> defined("a=2", OptionalInt.of(2)));
    }

    @Test
    void onlyADeclaredLabelIsIgnored() {
        assertEquals(List.of(0, 1, 255), read(reader(ClassLabels.liver(OptionalInt.of(7))), 0, 1, 7));
        assertRefused("voxel (2, 0, 0) of the mask is 7 but its labels are background=0, liver=1; --labels",
                () -> read(reader(LIVER), 0, 1, 7));
        assertRefused("voxel (0, 0, 0) of the mask is 255",
                () -> read(reader(ClassLabels.liver(OptionalInt.of(7))), 255, 1));
    }

    @Test
    void label255AloneIsTheOrganAndBesideOthersIgnored() {
        MaskReader alone = reader(LIVER);
        assertEquals(List.of(0, 1, 1), read(alone, 0, 255, 255));
        assertTrue(alone.notes().getFirst().contains("label 255 is taken as liver"), alone.notes().toString());
        MaskReader beside = reader(LIVER);
        assertEquals(List.of(0, 255, 1), read(beside, 0, 255, 1));
        assertTrue(beside.notes().getFirst().contains("label 255 is left out"), beside.notes().toString());
        MaskReader declared = reader(ClassLabels.liver(OptionalInt.of(255)));
        assertEquals(List.of(0, 255, 255), read(declared, 0, 255, 255));
        assertEquals(List.of(), declared.notes());
        assertEquals(List.of(0, 1), read(reader(defined("liver=255", NONE)), 0, 255));
        assertRefused("holds 255 (1 voxels) and no other label; say by --labels",
                () -> read(reader(defined("a=1;b=2", NONE)), 0, 255));
        read(alone, 0, 1);
        assertRefused("label 255 is the only one in", () -> read(alone, 0, 1, 255));
    }

    @Test
    void labelsThatAreNearlyWholeAreRounded() {
        MaskReader reader = reader(LIVER);
        assertEquals(List.of(0, 1, 1, 0), read(reader, 0, 0.9999f, 1.00002f, -0.0001f));
        assertTrue(reader.notes().getFirst().endsWith("not quite whole numbers are rounded (3 voxels)"),
                reader.notes().toString());
    }

    @ParameterizedTest
    @ValueSource(floats = {0.5f, 0.99f, -1, 2, 254, 256, 1e20f, Float.NaN, Float.NEGATIVE_INFINITY})
    void whatIsNoLabelIsRefusedWithItsPlace(float value) {
        assertRefused(": voxel (1, 0, 0) of the mask is ", () -> read(reader(LIVER), 0, value));
    }

    @Test
    void theImagesGridIsTakenWhereItIsSaidSo() {
        Grid moved = new Grid(2, 1, 1, Affine.ofSpacing(1, 1, 5));
        Path file = file(0, 1);
        assertRefused("--mask-grid image says so", () -> reader(LIVER).read(file, "image", moved, Arena.ofAuto()));
        MaskReader reader = new MaskReader(LIVER, MaskGrid.IMAGE);
        Mask mask = reader.read(file, "image", moved, Arena.ofAuto());
        assertEquals(moved, mask.grid());
        assertEquals(1, mask.labels().get(ValueLayout.JAVA_BYTE, 1));
        assertTrue(reader.notes().getFirst().contains("the image's grid is taken"), reader.notes().toString());
        assertRefused("different grids: the size is", () -> reader.read(file, "image", grid(3), Arena.ofAuto()));
        assertRefused("expected own or image", () -> MaskGrid.of("--mask-grid", "any"));
        assertEquals(List.of("own", "image"), Arrays.stream(MaskGrid.values()).map(MaskGrid::label).toList());
    }
}
