package lobule.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Set;
import lobule.data.PatchShape;
import lobule.data.Phantom;
import lobule.device.Device;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.options.CudnnOp;
import lobule.device.cuda.SimulatedGpu;
import lobule.device.reference.ReferenceDevice;
import lobule.image.Volume;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The GPU, whose next tile is on its way while one is computed, segments as the reference does. */
class CudaPredictionTest {
    @TempDir
    private Path folder;

    private static Volume probabilities(Device device, Path file, PatchShape tile, Volume image) {
        try (device; TrainedModel model = TrainedModel.open(file);
                Segmenter segmenter = new Segmenter(device, model, tile, Long.MAX_VALUE)) {
            return segmenter.segment(image, true, (tiles, voxels) -> {}, Arena.ofAuto()).probabilities().orElseThrow();
        }
    }

    private static void assertAlike(Volume expected, Volume actual) {
        for (long i = 0; i < expected.grid().voxels(); i++) {
            assertEquals(expected.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, i),
                    actual.voxels().getAtIndex(ValueLayout.JAVA_FLOAT, i), 1e-4f, "voxel " + i);
        }
    }

    @Test
    void segmentsTileByTileAsTheReference() {
        SimulatedGpu.require();
        Path file = TinyModels.in2D(folder);
        Volume image = new Phantom(30, 20, 2, 5).generate(Arena.ofAuto()).image();
        PatchShape tile = PatchShape.slice(12, 20, 44);
        Volume expected = probabilities(new ReferenceDevice(), file, tile, image);
        assertAlike(expected, probabilities(SimulatedGpu.open(), file, tile, image));
        CudaOptions unfused = SimulatedGpu.options().withCudnnOps(Set.of(CudnnOp.POOL));
        assertAlike(expected, probabilities(SimulatedGpu.open(unfused), file, tile, image));
    }
}
