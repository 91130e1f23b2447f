package lobule.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import lobule.SharedFiles;
import lobule.file.InputException;
import lobule.image.Affine;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.NiftiWriter;
import lobule.image.Orientation;
import lobule.image.Vector;
import lobule.image.Volume;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatasetTest {
    private static final String DESCRIPTION = """
            {"labels": {"0": "background", "1": "liver"},
             "training": [{"image": "./imagesTr/a.nii.gz", "label": "./labelsTr/a.nii.gz"},
                          {"image": "./imagesTr/b.nii.gz", "label": "./labelsTr/b.nii.gz"}]}
            """;
    private static final Grid LPS = new Grid(4, 3, 2,
            new Affine(new Vector(-1, 0, 0), new Vector(0, -1, 0), new Vector(0, 0, 2), new Vector(0, 0, 0)));

    @TempDir
    Path folder;

    @BeforeEach
    void writeTwoCases() {
        for (String name : List.of("a", "b")) {
            Volume image = image();
            Mask mask = mask(LPS);
            image.set(3, 2, 1, 100);
            mask.set(3, 2, 1, 1);
            write(name, image, mask);
        }
    }

    private static LabelledVolume load(Dataset dataset, String name) {
        return dataset.load(name, dataset.maskReader(), Arena.ofAuto());
    }

    private static Volume image() {
        return Volume.allocate("image", LPS, Arena.ofAuto());
    }

    private static Mask mask(Grid grid) {
        return Mask.allocate("mask", grid, Arena.ofAuto());
    }

    private void write(String name, Volume image, Mask mask) {
        NiftiWriter.write(image, folder.resolve("imagesTr/" + name + ".nii.gz"));
        NiftiWriter.write(mask, folder.resolve("labelsTr/" + name + ".nii.gz"));
    }

    private static Dataset open(Path folder) {
        return Dataset.open(folder, MaskSettings.DEFAULT);
    }

    private Dataset describe(String json) throws IOException {
        Files.writeString(folder.resolve("dataset.json"), json);
        return open(folder);
    }

    @Test
    void loadsACaseInCanonicalOrientation() throws IOException {
        Dataset dataset = describe(DESCRIPTION);
        assertEquals(Dataset.Origin.DESCRIPTION, dataset.origin());
        assertEquals(List.of("a", "b"), dataset.names());
        assertEquals(List.of("background", "liver"), dataset.labels().names());
        LabelledVolume volume = load(dataset, "b").requireForeground();
        assertEquals("RAS", Orientation.of(volume.grid()).code());
        assertEquals(100, volume.image().at(0, 0, 1));
        assertEquals(1, volume.mask().at(0, 0, 1));
        assertEquals(1, volume.foregroundVoxels());
    }

    @Test
    void listsTheFolderWhereNothingDescribesIt() throws IOException {
        Files.writeString(folder.resolve("imagesTr/notes.txt"), "no image");
        Files.writeString(folder.resolve("imagesTr/._a.nii.gz"), "left by another system");
        Files.copy(folder.resolve("imagesTr/a.nii.gz"), folder.resolve("imagesTr/unlabelled.nii.gz"));
        Dataset dataset = open(folder);
        assertEquals(Dataset.Origin.FOLDER_LISTING, dataset.origin());
        assertEquals(List.of("a", "b"), dataset.names());
        assertEquals(2, dataset.classes());
        assertEquals(1, load(dataset, "a").foregroundVoxels());
    }

    @Test
    void takesLabelsTheOtherWayRound() throws IOException {
        String nameFirst = DESCRIPTION.replace("{\"0\": \"background\", \"1\": \"liver\"}",
                "{\"tumour\": 2, \"background\": 0, \"liver\": 1}");
        assertEquals(List.of("background", "liver", "tumour"), describe(nameFirst).labels().names());
    }

    @Test
    void pairsByNameWhateverTheEndingsAndCountsWhatIsLeftOut() throws IOException {
        Files.move(folder.resolve("imagesTr/a.nii.gz"), folder.resolve("imagesTr/A.NII.GZ"));
        Files.delete(folder.resolve("labelsTr/b.nii.gz"));
        NiftiWriter.write(mask(LPS), folder.resolve("labelsTr/c.nii"));
        Dataset dataset = open(folder);
        assertEquals(List.of("A"), dataset.names());
        assertEquals(1, load(dataset, "A").foregroundVoxels());
        assertEquals(List.of("1 case without a mask in labelsTr left out: b",
                "1 case without an image in imagesTr left out: c"), dataset.notes());
        NiftiWriter.write(mask(LPS), folder.resolve("labelsTr/a.nii"));
        requireMessage("labelsTr: holds a.nii and a.nii.gz, the same case twice", () -> open(folder));
    }

    @Test
    void readsNnUnetsLayoutOfOneChannel() throws IOException {
        for (String name : List.of("a", "b")) {
            Files.move(folder.resolve("imagesTr/" + name + ".nii.gz"),
                    folder.resolve("imagesTr/" + name + "_0000.nii.gz"));
        }
        assertEquals(List.of("a", "b"), open(folder).names());
        assertEquals(1, load(describe(DESCRIPTION), "b").foregroundVoxels());
        String nnUnet = """
                {"channel_names": {"0": "CT"}, "labels": {"background": 0, "liver": "1", "ignore": 2},
                 "numTraining": 3, "file_ending": ".nii.gz"}""";
        Dataset dataset = describe(nnUnet);
        assertEquals(Dataset.Origin.NNUNET, dataset.origin());
        assertEquals(List.of("a", "b"), dataset.names());
        assertEquals(OptionalInt.of(2), dataset.labels().ignore());
        assertEquals(List.of("dataset.json counts 3 cases (numTraining) but 2 are there"), dataset.notes());
        requireMessage("expected one channel", () -> describe(nnUnet.replace("\"CT\"", "\"CT\", \"1\": \"PET\"")));
        requireMessage("file_ending is \".png\", expected one of .nii.gz",
                () -> describe(nnUnet.replace(".nii.gz", ".png")));
        Files.copy(folder.resolve("imagesTr/a_0000.nii.gz"), folder.resolve("imagesTr/a_0001.nii.gz"));
        requireMessage("is another channel of the case a (nnU-Net's layout)", () -> describe(nnUnet));
        requireMessage("a_0001.nii.gz: is another channel of the case a", () -> describe(DESCRIPTION));
    }

    @Test
    void regionsAreClassesWhereTheyDoNotOverlap() throws IOException {
        String apart = DESCRIPTION.replace("\"1\": \"liver\"", "\"liver\": [1, 3], \"vessel\": 2")
                .replace("\"0\": \"background\"", "\"background\": 0");
        assertEquals("liver=1,3;vessel=2", describe(apart).labels().text());
        requireMessage("regions that overlap; say by --labels", () -> describe(apart.replace("2", "[2, 3]")));
        requireMessage("labels.liver is [], expected a label or a list", () -> describe(apart.replace("1, 3", "")));
        requireMessage("labels.vessel is {}, expected a whole number", () -> describe(apart.replace("2", "{}")));
    }

    @Test
    void takesPathsOfOtherSystems() throws IOException {
        assertEquals(1, load(describe(DESCRIPTION.replace("./imagesTr/", ".\\\\imagesTr\\\\")), "a")
                .foregroundVoxels());
    }

    @Test
    void listsTheKnownNamesForAnUnknownOne() throws IOException {
        Dataset dataset = describe(DESCRIPTION);
        requireMessage("no case c; known are a, b", () -> load(dataset, "c"));
    }

    @Test
    void refusesWhatIsNoDataset() throws IOException {
        requireMessage("no such folder", () -> open(folder.resolve("absent")));
        requireMessage("neither", () -> open(Files.createDirectory(folder.resolve("bare"))));
        Files.createDirectories(folder.resolve("empty/imagesTr"));
        Files.createDirectories(folder.resolve("empty/labelsTr"));
        requireMessage("no training case", () -> open(folder.resolve("empty")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "not valid JSON | {\"labels\": ",
        "training is missing, expected a list | {}",
        "holds 7, expected keys | 7",
        "training is 5, expected a list | {\"training\": 5}",
        "image is missing | {\"labels\": {\"0\": \"b\", \"1\": \"l\"}, "
            + "\"training\": [{\"label\": \"x.nii\"}]}",
        "label is null | {\"labels\": {\"0\": \"b\", \"1\": \"l\"}, "
            + "\"training\": [{\"image\": \"x.nii\", \"label\": null}]}",
        "labels is missing | {\"training\": [{\"image\": \"x.nii\", \"label\": \"x.nii\"}]}",
        "label 7 | {\"training\": [], \"labels\": {\"0\": \"background\", \"7\": \"liver\"}}",
        "labels.x is \"liver\", expected a whole number"
            + " | {\"training\": [], \"labels\": {\"0\": \"background\", \"x\": \"liver\"}}",
        "at least one organ | {\"training\": [], \"labels\": {\"0\": \"background\"}}",
        "no training case | {\"training\": [], \"labels\": {\"0\": \"background\", \"1\": \"liver\"}}",
    })
    void refusesADamagedDescription(String expected, String json) {
        requireMessage(expected, () -> describe(json));
    }

    @Test
    void refusesOneNameForTwoCases() {
        requireMessage("twice", () -> describe(DESCRIPTION.replace("b.nii", "a.nii")));
        requireMessage("does not end in", () -> describe(DESCRIPTION.replace("imagesTr/b.nii.gz", "imagesTr/b.png")));
    }

    @Test
    void refusesImageAndMaskThatDoNotFit() throws IOException {
        Dataset dataset = describe(DESCRIPTION);
        Affine a = LPS.affine();
        Grid moved = new Grid(4, 3, 2, new Affine(a.xStep(), a.yStep(), a.zStep(), new Vector(0, 1, 0)));
        write("a", image(), mask(moved));
        requireMessage("different grids: their voxels lie up to 1.00 mm apart", () -> load(dataset, "a"));
        write("a", image(), mask(new Grid(4, 3, 1, a)));
        requireMessage("4x3x2", () -> load(dataset, "a"));
    }

    @Test
    void refusesMasksWithoutTheOrganOrWithOtherLabels() throws IOException {
        Dataset dataset = describe(DESCRIPTION);
        Mask mask = mask(LPS);
        write("a", image(), mask);
        LabelledVolume empty = load(dataset, "a");
        requireMessage("no voxel of the organ", empty::requireForeground);
        mask.set(1, 0, 0, 2);
        write("a", image(), mask);
        requireMessage("voxel (1, 0, 0) of the mask is 2 but its labels are background=0, liver=1; --labels",
                () -> load(dataset, "a"));
    }

    @Test
    void refusesImagesWithHoles() throws IOException {
        Volume image = image();
        image.set(1, 1, 1, Float.NaN);
        write("a", image, mask(LPS));
        Dataset dataset = describe(DESCRIPTION);
        requireMessage("1 of 24 voxels", () -> load(dataset, "a"));
    }

    private static void requireMessage(String part, Executable action) {
        String message = assertThrows(InputException.class, action).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void loadsTheCtVolumes() {
        Path ct = SharedFiles.require("ct/dataset.json").getParent();
        Dataset dataset = open(ct);
        assertEquals(List.of("tsexample", "ircad01", "ircad07"), dataset.names());
        LabelledVolume small = load(dataset, "tsexample").requireForeground();
        assertEquals(41_602, small.foregroundVoxels());
        LabelledVolume large = load(dataset, "ircad01");
        assertEquals(2_865_131, large.foregroundVoxels());
        assertEquals("RAS", Orientation.of(large.grid()).code());
        double centre = centreOfForeground(large);
        assertTrue(centre > large.grid().sizeX() / 2.0, "the liver lies on the right, at large x: " + centre);
    }

    private static double centreOfForeground(LabelledVolume volume) {
        double sum = 0;
        for (long z = 0; z < volume.grid().sizeZ(); z++) {
            for (long y = 0; y < volume.grid().sizeY(); y++) {
                for (long x = 0; x < volume.grid().sizeX(); x++) {
                    sum += volume.mask().at(x, y, z) == 1 ? x : 0;
                }
            }
        }
        return sum / volume.foregroundVoxels();
    }
}
