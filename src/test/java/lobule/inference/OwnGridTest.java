package lobule.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import lobule.SharedFiles;
import lobule.data.PatchShape;
import lobule.data.Phantom;
import lobule.device.Device;
import lobule.evaluation.Overlap;
import lobule.image.Affine;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.NiftiReader;
import lobule.image.NiftiWriter;
import lobule.image.Orientation;
import lobule.image.Vector;
import lobule.image.Volume;
import lobule.verification.TestDevice;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** However a file's axes lie in the patient: the network sees it upright, and the mask lies where the file does. */
class OwnGridTest {
    @TempDir
    private static Path folder;

    private static Device device;
    private static TrainedModel model;
    private static Segmenter segmenter;

    @BeforeAll
    static void open() {
        device = TestDevice.all().getLast().open();
        model = TrainedModel.open(TinyModels.in2D(folder));
        segmenter = new Segmenter(device, model, PatchShape.slice(60, 60, 44), Long.MAX_VALUE);
    }

    @AfterAll
    static void close() {
        segmenter.close();
        model.close();
        device.close();
    }

    private static Segmentation segment(Volume image) {
        return segmenter.segment(image, true, (tiles, voxels) -> {}, Arena.ofAuto());
    }

    /** LPS as scanners give it, sagittal and coronal stacks, a left-handed one, and oblique. */
    static Stream<Affine> affines() {
        Vector origin = new Vector(-30, 12, 700);
        return Stream.of(affine(-2, 0, 0, 0, -2, 0, 0, 0, 3, origin), affine(0, 2, 0, 0, 0, 2, 3, 0, 0, origin),
                affine(2, 0, 0, 0, 0, -2, 0, 3, 0, origin), affine(0, 0, -2, 3, 0, 0, 0, 2, 0, origin),
                affine(1.9, 0.3, 0.1, -0.3, 1.9, 0.2, 0, -0.2, 3, origin));
    }

    private static Affine affine(double xr, double xa, double xs, double yr, double ya, double ys, double zr, double za,
                                 double zs, Vector origin) {
        return new Affine(new Vector(xr, xa, xs), new Vector(yr, ya, ys), new Vector(zr, za, zs), origin);
    }

    @ParameterizedTest
    @MethodSource("affines")
    void turnedVolumesGiveTurnedMasks(Affine affine) {
        Volume upright = new Phantom(40, 34, 6, 2).generate(Arena.ofAuto()).image();
        Segmentation expected = segment(upright);
        long foreground = Overlap.of(expected.mask(), expected.mask()).truth();
        assertTrue(foreground > 0 && foreground < upright.grid().voxels(), "the mask is all alike");
        Orientation orientation = Orientation.of(gridOf(affine, upright.grid()));
        Volume turned = orientation.toOriginal(
                new Volume("turned", orientation.canonical(), upright.voxels()), Arena.ofAuto());
        Segmentation made = segment(turned);
        assertEquals(turned.grid(), made.mask().grid());
        assertEquals(turned.grid(), made.probabilities().orElseThrow().grid());
        Mask back = orientation.toCanonical(made.mask(), Arena.ofAuto());
        assertEquals(-1, expected.mask().labels().mismatch(back.labels()));
        assertEquals(-1, expected.probabilities().orElseThrow().voxels().mismatch(
                orientation.toCanonical(made.probabilities().orElseThrow(), Arena.ofAuto()).voxels()));
    }

    /** The grid whose canonical one has these sizes: found by trying, as only sizes are to be permuted. */
    private static Grid gridOf(Affine affine, Grid upright) {
        long[] n = {upright.sizeX(), upright.sizeY(), upright.sizeZ()};
        return Stream.of(new int[][] {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}})
                .map(order -> new Grid(n[order[0]], n[order[1]], n[order[2]], affine))
                .filter(grid -> Orientation.of(grid).canonical().sizeText().equals(upright.sizeText()))
                .findFirst().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nibabel/anatomical.nii", "nibabel/reoriented_anat_moved.nii",
        "nibabel/standard.nii.gz", "nifti-reader-js/little.nii.gz",
        "nifti-reader-js/big.nii.gz", "nifti-rs/minimal.hdr", "nifti-rs/27/float64.nii",
        "nifti-rs/minimal_extended_hdr.nii"})
    void masksOfRealFilesKeepTheirGrid(String name) {
        Path file = SharedFiles.require("readers/nifti").resolve(name);
        Volume image = NiftiReader.read(file, Arena.ofAuto());
        Path written = folder.resolve("mask.nii.gz");
        NiftiWriter.write(segment(image).mask(), written);
        Grid grid = NiftiReader.readGrid(written);
        assertTrue(grid.sameAs(image.grid(), 1e-3), () -> grid + " is not " + image.grid());
        assertEquals(Orientation.of(image.grid()).code(), Orientation.of(grid).code());
    }

    @Test
    void labelsAreTheClassesAlone() {
        Mask mask = segment(new Phantom(30, 30, 2, 4).generate(Arena.ofAuto()).image()).mask();
        List<Integer> labels = Stream.iterate(0L, i -> i + 1).limit(mask.grid().voxels())
                .map(i -> (int) mask.labels().get(ValueLayout.JAVA_BYTE, i)).distinct().sorted().toList();
        assertTrue(List.of(0, 1).containsAll(labels), labels.toString());
    }
}
