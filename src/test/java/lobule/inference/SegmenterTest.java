package lobule.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import lobule.checkpoint.CheckpointException;
import lobule.data.PatchShape;
import lobule.data.Phantom;
import lobule.device.Device;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.Step;
import lobule.file.InputException;
import lobule.image.Affine;
import lobule.image.Grid;
import lobule.image.Volume;
import lobule.nn.Loss;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.op.Adam;
import lobule.tensor.Shape;
import lobule.verification.FixtureCopy;
import lobule.verification.TestDevice;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SegmenterTest {
    private static final TileListener SILENT = (tiles, voxels) -> {};
    private static final double TOLERANCE = 1e-4;

    @TempDir
    private static Path folder;

    private static Path in2D;
    private static Path in3D;

    @BeforeAll
    static void train() {
        in2D = TinyModels.in2D(folder);
        in3D = TinyModels.in3D(folder);
    }

    static Stream<TestDevice> devices() {
        return TestDevice.all().stream();
    }

    private static Volume phantom(long x, long y, long z) {
        return new Phantom(x, y, z, 3).generate(Arena.ofAuto()).image();
    }

    private static Segmentation segment(Device device, Path file, PatchShape tile, Volume image) {
        try (TrainedModel model = TrainedModel.open(file);
                Segmenter segmenter = new Segmenter(device, model, tile, Long.MAX_VALUE)) {
            return segmenter.segment(image, true, SILENT, Arena.ofAuto());
        }
    }

    /** Logits of a whole volume, (2, z, y, x), put together by what this test knows of tiles. */
    private static float[][] logits(Device device, TrainedModel model, Volume seen, PatchShape shape) {
        TileGrid tiles = TileGrid.over(seen.grid(), shape);
        float[][] whole = new float[2][(int) tiles.voxels()];
        try (TileNetwork network = new TileNetwork(device, model, shape, Long.MAX_VALUE);
                Arena arena = Arena.ofShared()) {
            MemorySegment input = arena.allocate(network.inputBytes(), 64);
            MemorySegment output = arena.allocate(network.logitsBytes(), 64);
            for (long i = 0; i < tiles.count(); i++) {
                Tile tile = tiles.tile(i);
                tile.patch().copyInput(seen, input);
                network.run(input);
                network.read(output);
                copy(tile, output, seen.grid(), whole);
            }
        }
        return whole;
    }

    private static void copy(Tile tile, MemorySegment output, Grid grid, float[][] whole) {
        PatchShape shape = tile.patch().shape();
        for (long voxel = 0; voxel < shape.outputVoxels(); voxel++) {
            long z = voxel / shape.width() / shape.height();
            long y = voxel / shape.width() % shape.height();
            long x = voxel % shape.width();
            if (z < tile.depth() && y < tile.height() && x < tile.width()) {
                int place = (int) grid.index(tile.patch().x() + x, tile.patch().y() + y, tile.patch().z() + z);
                for (int label = 0; label < 2; label++) {
                    whole[label][place] = output.getAtIndex(ValueLayout.JAVA_FLOAT,
                            label * shape.outputVoxels() + voxel);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void theSamePatchGivesTheBitsOfTrainingsEvaluation(TestDevice device) {
        assertSameBits(device, in2D, PatchShape.slice(20, 12, 44), Shape.of(1, 2, 20, 12));
        assertSameBits(device, in3D, PatchShape.block(4, 12, 4, 44), Shape.of(1, 2, 4, 12, 4));
    }

    private static void assertSameBits(TestDevice where, Path file, PatchShape tile, Shape output) {
        Volume image = phantom(tile.width(), 44, tile.depth());
        try (Device device = where.open(); TrainedModel trained = TrainedModel.open(file);
                TileNetwork network = new TileNetwork(device, trained, tile, Long.MAX_VALUE);
                TrainingModel training = TrainingModel.create(device, trained.network(), output,
                        Loss.of(Loss.Kind.DICE), new Adam(0.9, 0.999, 1e-8, 1), Recompute.NONE);
                Arena arena = Arena.ofShared()) {
            trained.contents(training.training().graph()).forEach(training::upload);
            MemorySegment input = arena.allocate(network.inputBytes(), 64);
            MemorySegment expected = arena.allocate(network.logitsBytes(), 64);
            MemorySegment actual = arena.allocate(network.logitsBytes(), 64);
            Volume seen = trained.description().window().apply(image, Arena.ofAuto());
            TileGrid.over(seen.grid(), tile).tile(1).patch().copyInput(seen, input);
            training.evaluate(input, arena.allocate(tile.outputVoxels()), new Step());
            training.evaluationRun().download(training.evaluation().logits(), expected);
            network.run(input);
            network.read(actual);
            assertEquals(-1, expected.mismatch(actual), where + ", " + tile);
            assertFalse(expected.getAtIndex(ValueLayout.JAVA_FLOAT, 0)
                    == expected.getAtIndex(ValueLayout.JAVA_FLOAT, 7), "the network says the same everywhere");
        }
    }

    @ParameterizedTest
    @MethodSource("devices")
    void tilesOfAnySizeGiveOneResultIn2D(TestDevice where) {
        try (Device device = where.open()) {
            assertOneResult(device, in2D, phantom(37, 50, 3), PatchShape.slice(12, 20, 44),
                    PatchShape.slice(52, 44, 44));
        }
    }

    @Test
    void tilesOfAnySizeGiveOneResultIn3D() {
        try (Device device = TestDevice.all().getLast().open()) {
            assertOneResult(device, in3D, phantom(27, 20, 18), PatchShape.block(12, 12, 20, 44),
                    PatchShape.block(20, 20, 28, 44));
        }
    }

    private static void assertOneResult(Device device, Path file, Volume image, PatchShape small, PatchShape large) {
        try (TrainedModel model = TrainedModel.open(file)) {
            Volume seen = model.description().window().apply(image, Arena.ofAuto());
            float[][] first = logits(device, model, seen, small);
            float[][] second = logits(device, model, seen, large);
            Segmentation bySmall = segment(device, file, small, image);
            Segmentation byLarge = segment(device, file, large, image);
            assertTrue(bySmall.tiles().count() >= 4 * byLarge.tiles().count(), "nothing is compared");
            for (int i = 0; i < first[0].length; i++) {
                assertEquals(second[0][i], first[0][i], TOLERANCE, "class 0 at " + i);
                assertEquals(second[1][i], first[1][i], TOLERANCE, "class 1 at " + i);
                double margin = second[1][i] - second[0][i];
                int label = bySmall.mask().labels().get(ValueLayout.JAVA_BYTE, i);
                assertEquals(first[1][i] > first[0][i] ? 1 : 0, label, "voxel " + i);
                assertTrue(Math.abs(margin) < 2 * TOLERANCE
                        || label == byLarge.mask().labels().get(ValueLayout.JAVA_BYTE, i), "voxel " + i);
                assertEquals(1 / (1 + Math.exp(-margin)), byLarge.probabilities().orElseThrow().voxels()
                        .getAtIndex(ValueLayout.JAVA_FLOAT, i), 1e-6, "voxel " + i);
            }
        }
    }

    /** A volume and the same one with its mirrored surroundings around it: narrower than the border, so folded. */
    @Test
    void pastTheEdgeTheVolumeIsMirrored() {
        int around = 56; // a multiple of 8, beyond what a tile with any of the volume sees
        Volume image = phantom(21, 30, 2);
        Volume larger = Volume.allocate("larger", new Grid(21 + 2 * around, 30 + 2 * around, 2,
                image.grid().affine()), Arena.ofAuto());
        for (int z = 0; z < 2; z++) {
            for (int y = 0; y < larger.grid().sizeY(); y++) {
                for (int x = 0; x < larger.grid().sizeX(); x++) {
                    larger.set(x, y, z, image.at(mirrored(x - around, 21), mirrored(y - around, 30), z));
                }
            }
        }
        try (Device device = TestDevice.all().getFirst().open()) {
            PatchShape tile = PatchShape.slice(12, 12, 44);
            Volume alone = segment(device, in2D, tile, image).probabilities().orElseThrow();
            Volume within = segment(device, in2D, tile, larger).probabilities().orElseThrow();
            for (int y = 0; y < 30; y++) {
                for (int x = 0; x < 21; x++) {
                    assertEquals(within.at(x + around, y + around, 1), alone.at(x, y, 1), "(" + x + ", " + y + ")");
                }
            }
        }
    }

    private static long mirrored(long index, long size) {
        long inside = index;
        while (inside < 0 || inside >= size) {
            inside = inside < 0 ? -inside : 2 * (size - 1) - inside;
        }
        return inside;
    }

    @Test
    void oneNetworkServesVolumesOfAllSizes() {
        PatchShape tile = PatchShape.slice(20, 12, 44);
        List<Volume> images = List.of(phantom(20, 12, 3), phantom(33, 29, 2), phantom(5, 70, 1));
        try (Device device = TestDevice.all().getLast().open(); TrainedModel model = TrainedModel.open(in2D);
                Segmenter segmenter = new Segmenter(device, model, tile, Long.MAX_VALUE)) {
            for (Volume image : images) {
                List<Long> voxels = new ArrayList<>();
                Segmentation made = segmenter.segment(image, false, (tiles, done) -> {
                    voxels.add(done);
                    assertEquals(voxels.size(), tiles);
                }, Arena.ofAuto());
                assertEquals(segmenter.tiles(image).count(), voxels.size());
                assertEquals(image.grid().voxels(), voxels.getLast());
                assertTrue(made.probabilities().isEmpty());
                assertTrue(made.networkSeconds() > 0 && made.networkShare() <= 1);
                assertEquals(-1, made.mask().labels().mismatch(segment(device, in2D, tile, image).mask().labels()));
            }
        }
    }

    @Test
    void moreThanTheLimitIsRefusedBeforeItIsTaken() {
        PatchShape tile = PatchShape.slice(20, 12, 44);
        try (Device device = TestDevice.all().getFirst().open(); TrainedModel model = TrainedModel.open(in2D)) {
            long bytes = TileNetwork.bytes(device, model.network(), tile);
            try (Segmenter segmenter = new Segmenter(device, model, tile, bytes)) {
                assertEquals(bytes, segmenter.deviceBytes());
            }
            String message = assertThrows(OutOfDeviceMemoryException.class,
                    () -> new Segmenter(device, model, tile, bytes - 1).close()).getMessage();
            assertTrue(message.startsWith("tiles of 20x12 take"), message);
        }
    }

    @Test
    void whatIsNotANumberIsRefused() {
        PatchShape tile = PatchShape.slice(12, 12, 44);
        FixtureCopy copy = new FixtureCopy(in2D);
        copy.setFloat("decoder.0.norm2.bias", 1, Float.NaN);
        Path damaged = folder.resolve("damaged.safetensors");
        copy.write(damaged);
        Volume hole = Volume.allocate("hole.nii", new Grid(9, 9, 1, Affine.ofSpacing(1, 1, 1)), Arena.ofAuto());
        try (Device device = TestDevice.all().getFirst().open()) {
            String message = assertThrows(CheckpointException.class,
                    () -> segment(device, damaged, tile, phantom(9, 9, 1))).getMessage();
            assertTrue(message.startsWith(damaged + ": its network makes values that are not finite"), message);
            hole.set(3, 3, 0, Float.NaN);
            assertTrue(assertThrows(InputException.class, () -> segment(device, in2D, tile, hole)).getMessage()
                    .startsWith("hole.nii: 1 of 81 voxels are not finite"));
        }
    }
}
