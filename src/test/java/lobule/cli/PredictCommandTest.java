package lobule.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import lobule.data.LabelledVolume;
import lobule.data.Masks;
import lobule.data.Phantom;
import lobule.evaluation.Overlap;
import lobule.image.Mask;
import lobule.image.NiftiReader;
import lobule.image.NiftiWriter;
import lobule.image.Volume;
import lobule.inference.TinyModels;
import lobule.verification.Fixtures;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PredictCommandTest {
    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static Path model;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void train() {
        model = TinyModels.in2D(shared);
    }

    @BeforeEach
    void writeVolumes() {
        LabelledVolume first = new Phantom(40, 30, 3, 1).generate(Arena.ofAuto());
        NiftiWriter.write(first.image(), folder.resolve("in/first.nii.gz"));
        NiftiWriter.write(first.mask(), folder.resolve("in/truth.nii.gz"));
        NiftiWriter.write(new Phantom(20, 44, 2, 2).generate(Arena.ofAuto()).image(), folder.resolve("in/second.nii"));
    }

    private int predict(String... arguments) {
        return run("--model", model.toString(), arguments);
    }

    private int run(String option, String value, String... arguments) {
        List<String> all = new ArrayList<>(List.of("predict", option, value, "--device", "reference",
                "--threads", "1"));
        all.addAll(List.of(arguments));
        return CommandRun.execute(out, err, all.toArray(String[]::new));
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private void assertRefused(String expected, String... arguments) throws IOException {
        assertRefused(model, expected, arguments);
    }

    private void assertRefused(Path file, String expected, String... arguments) throws IOException {
        err.getBuffer().setLength(0);
        List<Path> before = files();
        assertEquals(Failure.BAD_INPUT, run("--model", file.toString(), arguments), err.toString());
        assertTrue(err.toString().contains(expected), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertEquals(before, files());
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void oneFileIsSegmentedAndScored() {
        assertEquals(0, predict("--out", path("made/mask.nii.gz"), "--probabilities", "--truth",
                path("in/truth.nii.gz"), path("in/first.nii.gz")), err.toString());
        Volume ct = NiftiReader.read(folder.resolve("in/first.nii.gz"), Arena.ofAuto());
        Mask mask = Masks.read(folder.resolve("made/mask.nii.gz"));
        assertEquals(ct.grid(), mask.grid());
        Volume probabilities = NiftiReader.read(folder.resolve("made/mask.probabilities.nii.gz"), Arena.ofAuto());
        for (long i = 0; i < mask.grid().voxels(); i++) {
            assertEquals(probabilities.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, i) > 0.5f ? 1 : 0,
                    mask.labels().get(ValueLayout.JAVA_BYTE, i), "voxel " + i);
        }
        Overlap overlap = Overlap.of(Masks.read(folder.resolve("in/truth.nii.gz")), mask);
        String text = out.toString();
        for (String expected : List.of("device   reference: ", "after 8 steps, 2D, base 2, patch 12x12, window [-150,"
                + " 250] HU", "tile     36x44, the least work that fits ", "memory ", "40x30x3 voxels, tiles 3x1x1 (z,",
                "tile 1/3 ", "tile 3/3 ", " voxels/s, ", " % of the time in the network", "mask     " + path("made"),
                String.format("truth    Jaccard %.4f, dice %.4f", overlap.jaccard(), overlap.dice()))) {
            assertTrue(text.contains(expected), expected + " is not in " + text);
        }
    }

    @Test
    void severalFilesGoIntoAFolder() throws IOException {
        assertEquals(0, predict("--out", path("made"), "--tile", "20x12", path("in/first.nii.gz"),
                path("in/second.nii")), err.toString());
        try (Stream<Path> made = Files.list(folder.resolve("made"))) {
            assertEquals(List.of("first.mask.nii.gz", "second.mask.nii.gz"),
                    made.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertEquals("20x44x2", NiftiReader.readGrid(folder.resolve("made/second.mask.nii.gz")).sizeText());
        assertTrue(out.toString().contains("tile     20x12, as chosen"), out.toString());
        assertEquals(1, out.toString().lines().filter(line -> line.startsWith("memory ")).count(), out.toString());
    }

    @Test
    void theMemoryLimitMakesTilesSmaller() throws IOException {
        assertEquals(0, predict("--out", path("large"), path("in/first.nii.gz")), err.toString());
        out.getBuffer().setLength(0);
        assertEquals(0, predict("--out", path("small"), "--memory-limit", "500KiB", path("in/first.nii.gz")),
                err.toString());
        assertTrue(out.toString().contains("that fits 0.5 MiB (--memory-limit)"), out.toString());
        assertFalse(out.toString().contains("tiles 3x1x1"), out.toString());
        assertArrayEquals(Files.readAllBytes(folder.resolve("large/first.mask.nii.gz")),
                Files.readAllBytes(folder.resolve("small/first.mask.nii.gz")));
        assertRefused("does not fit 0 MiB even with tiles of 12x12", "--out", path("none"), "--memory-limit", "100KiB",
                path("in/first.nii.gz"));
        assertRefused("tiles of 60x60 take ", "--out", path("none"), "--memory-limit", "500KiB", "--tile", "60x60",
                path("in/first.nii.gz"));
    }

    @Test
    void whatIsThereIsReplacedOnlyWhenAsked() throws IOException {
        Path mask = Files.writeString(folder.resolve("mask.nii.gz"), "mine");
        assertRefused("mask.nii.gz: is there already; choose another place by --out, or replace it by --overwrite",
                "--out", mask.toString(), path("in/first.nii.gz"));
        assertEquals("mine", Files.readString(mask));
        assertEquals(0, predict("--overwrite", "--out", mask.toString(), path("in/first.nii.gz")), err.toString());
        assertEquals("40x30x3", NiftiReader.readGrid(mask).sizeText());
        assertRefused("first.nii.gz: is read by this command", "--overwrite", "--out", path("in/../in/first.nii.gz"),
                path("in/first.nii.gz"));
        assertRefused("truth.nii.gz: is read by this command", "--overwrite", "--out", path("in/truth.nii.gz"),
                "--truth", path("in/truth.nii.gz"), path("in/first.nii.gz"));
    }

    @Test
    void badFilesAreRefusedBeforeAnythingIsWritten() throws IOException {
        assertRefused("absent.nii.gz: there is no such file", "--out", path("made"), path("in/first.nii.gz"),
                path("absent.nii.gz"));
        byte[] whole = Files.readAllBytes(folder.resolve("in/first.nii.gz"));
        Files.write(folder.resolve("in/cut.nii.gz"), Arrays.copyOf(whole, whole.length / 2));
        assertRefused("cut.nii.gz: ", "--out", path("made"), path("in/cut.nii.gz"));
        Files.writeString(folder.resolve("in/text.nii"), "this is a text");
        assertRefused("text.nii: ", "--out", path("made"), path("in/text.nii"));
        assertRefused("lie on different grids: the size is 20x44x2 in the first and 40x30x3 in the second", "--out",
                path("made"), "--truth", path("in/truth.nii.gz"), path("in/second.nii"));
        assertRefused("labels must be whole numbers", "--out", path("made"), "--truth",
                path("in/first.nii.gz"), path("in/first.nii.gz"));
        assertRefused(folder.resolve("absent"), "absent: does not exist", "--out", path("made"),
                path("in/first.nii.gz"));
        assertRefused(Fixtures.smallest(), "is no model of a training run", "--out", path("made"),
                path("in/first.nii.gz"));
    }

    @Test
    void aBadCtDoesNotStopTheOthers() throws IOException {
        NiftiWriter.write(new Phantom(20, 44, 2, 3).generate(Arena.ofAuto()).image(),
                folder.resolve("in/third.NII.GZ"));
        Files.writeString(folder.resolve("in/header.nii"), "this is a text");
        Volume holed = NiftiReader.read(folder.resolve("in/second.nii"), Arena.ofAuto());
        holed.set(1, 2, 0, Float.POSITIVE_INFINITY);
        NiftiWriter.write(holed, folder.resolve("in/second.nii"));
        NiftiWriter.write(holed, folder.resolve("in/earlier.mask.nii.gz"));
        Files.delete(folder.resolve("in/truth.nii.gz"));
        assertEquals(Failure.BAD_INPUT, predict("--out", path("made"), "--tile", "20x12", path("in")));
        assertEquals(1, err.toString().lines().count(), err.toString());
        for (String expected : List.of("2 of 4 CTs were not segmented: ", "header.nii: ", "second.nii: 1 of 1760 ")) {
            assertTrue(err.toString().contains(expected), err.toString());
        }
        try (Stream<Path> made = Files.list(folder.resolve("made"))) {
            assertEquals(List.of("first.mask.nii.gz", "third.mask.nii.gz"),
                    made.map(file -> file.getFileName().toString()).sorted().toList());
        }
        assertRefused("empty: holds no CT", "--out", path("made"), Files.createDirectory(folder.resolve("empty"))
                .toString());
    }

    @Test
    void theTruthIsReadWithTheLabelsOfTheModelOrAsGiven() throws IOException {
        Path truth = folder.resolve("in/truth.nii.gz");
        Mask mask = Masks.read(truth);
        for (long i = 0; i < mask.grid().voxels(); i++) {
            byte label = mask.labels().get(ValueLayout.JAVA_BYTE, i);
            mask.labels().set(ValueLayout.JAVA_BYTE, i, (byte) (label * (2 + i % 2)));
        }
        NiftiWriter.write(mask, truth);
        String[] scored = {"--overwrite", "--out", path("made"), "--truth", truth.toString(),
            path("in/first.nii.gz"), "--labels", "liver=2,3"};
        assertRefused("its labels are background=0, liver=1; --labels says", Arrays.copyOf(scored, 6));
        assertRefused("expected the labels of each of the model's classes: liver", "--out", path("made"), "--truth",
                truth.toString(), "--labels", "a=2;b=3", path("in/first.nii.gz"));
        assertRefused("--mask-grid say how --truth is read", "--mask-grid", "own", path("in/first.nii.gz"));
        assertEquals(0, predict(scored), err.toString());
        String merged = out.toString().lines().filter(line -> line.startsWith("truth ")).findFirst().orElseThrow();
        out.getBuffer().setLength(0);
        scored[7] = "liver=3";
        assertEquals(0, predict(scored), err.toString());
        assertTrue(out.toString().contains("label 2 is background: no class has it"), out.toString());
        assertFalse(out.toString().contains(merged), merged);
    }

    @Test
    void badArgumentsAreRefusedInOneSentence() throws IOException {
        String ct = path("in/first.nii.gz");
        assertRefused("--tile is 13x12 but every size must be 8k + 4", "--tile", "13x12", "--out", path("made"), ct);
        assertRefused("--tile is \"12x12x12\", expected height x width", "--tile", "12x12x12", "--out", path("made"),
                ct);
        assertRefused("a tile's height is 4, expected at least 12", "--tile", "4x12", "--out", path("made"), ct);
        assertRefused("--truth is the mask of one CT but there are 2", "--truth", path("in/truth.nii.gz"), "--out",
                path("made"), ct, path("in/second.nii"));
        assertRefused("is one file for the masks of 2 CTs, expected a folder", "--out", path("made.nii.gz"), ct,
                path("in/second.nii"));
        assertRefused("would be the mask of " + ct + " and of " + ct, "--out", path("made"), ct, ct);
        for (String name : List.of("mask.nrrd", "mask.gz", "MASK.IMG", "x.nii.gz.bz2")) {
            assertRefused(name + ": masks are written as .nii.gz or .nii", "--out", path(name), ct);
        }
        assertRefused("is no amount of memory", "--memory-limit", "4GB", "--out", path("made"), ct);
        assertRefused("Missing required parameter: 'CT'", "--out", path("made"));
        Files.writeString(folder.resolve("file"), "not a folder");
        assertRefused("is no folder; choose another place by --out", "--out", path("file/made"), ct);
        assertRefused("device is \"gpu\", expected one of", "--device", "gpu", "--out", path("made"), ct);
    }
}
