package lobule.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.file.InputException;
import lobule.image.Affine;
import lobule.image.Grid;
import lobule.image.Mask;
import lobule.image.NiftiReader;
import lobule.image.NiftiWriter;
import lobule.image.Vector;
import lobule.image.Volume;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingDataTest {
    @TempDir
    private static Path folder;

    @BeforeAll
    static void writeCases() {
        for (int seed = 1; seed <= 3; seed++) {
            LabelledVolume phantom = new Phantom(40, 36, 8, seed).generate(Arena.ofAuto());
            // Stored the other way round along x and y, as scanners do.
            Grid grid = new Grid(40, 36, 8, new Affine(new Vector(-2, 0, 0), new Vector(0, -2, 0), new Vector(0, 0, 3),
                    new Vector(5, 6, 7)));
            NiftiWriter.write(new Volume("image", grid, phantom.image().voxels()),
                    folder.resolve("imagesTr/case" + seed + ".nii.gz"));
            NiftiWriter.write(new Mask("mask", grid, phantom.mask().labels()),
                    folder.resolve("labelsTr/case" + seed + ".nii.gz"));
        }
    }

    private static TrainingData open(Map<String, Object> changed) {
        Map<String, Object> settings = new HashMap<>(Map.of("experiment", "unet2d-dropout-renorm-cce", "patch", "12x12",
                "data.source", folder.toString()));
        settings.putAll(changed);
        return TrainingData.open(ConfigLayers.resolve(Optional.empty(), settings));
    }

    @Test
    void aPatchIsAFunctionOfSeedAndNumber() {
        TrainingData first = open(Map.of());
        TrainingData second = open(Map.of());
        Sample tenth = first.training(10);
        for (long step = 0; step < 10; step++) {
            second.training(step);
        }
        assertEquals(tenth.patch(), second.training(10).patch());
        assertEquals(tenth.volume().name(), second.training(10).volume().name());
        assertFalse(tenth.patch().equals(first.training(11).patch())
                && tenth.patch().equals(first.training(12).patch()));
    }

    @Test
    void allCasesButTheOneHeldOutAreTrainedOn() {
        TrainingData data = open(Map.of("data.validation-case", "case2"));
        Set<String> seen = new HashSet<>();
        for (long step = 0; step < 40; step++) {
            seen.add(data.training(step).volume().name());
        }
        assertEquals(Set.of("case1", "case3"), seen);
        assertEquals(4, data.evaluation().size());
        assertTrue(data.evaluation().stream().allMatch(sample -> sample.volume().name().equals("case2")));
    }

    @Test
    void anOverfitRunSeesOnePatchOnly() {
        TrainingData data = open(Map.of("data.overfit", true, "data.training-case", "case3"));
        assertEquals(1, data.evaluation().size());
        Sample sample = data.evaluation().getFirst();
        assertEquals("case3", sample.volume().name());
        assertEquals(sample, data.training(0));
        assertEquals(sample, data.training(1000));
        assertTrue(sample.foregroundShare() > 0.2 && sample.foregroundShare() < 0.8);
    }

    @Test
    void intensitiesAreWindowed() {
        Volume image = open(Map.of()).training(0).volume().image();
        assertEquals(-1, image.at(0, 0, 0), "air");
    }

    @Test
    void aMaskReturnsToTheGridOfItsFile() {
        TrainingData data = open(Map.of());
        LabelledVolume volume = data.training(0).volume();
        Mask onOwn = data.onOwnGrid(volume.name(), volume.mask(), Arena.ofAuto());
        Volume stored = NiftiReader.read(folder.resolve("labelsTr/" + volume.name() + ".nii.gz"), Arena.ofAuto());
        assertEquals(stored.grid(), onOwn.grid());
        for (long x = 0; x < 40; x++) {
            assertEquals(stored.at(x, 17, 4), onOwn.at(x, 17, 4));
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertRefused("there is no such folder", Map.of("data.source", folder.resolve("absent").toString()));
        assertRefused("there is no case liver", Map.of("data.training-case", "liver"));
        assertRefused("there is no case liver", Map.of("data.validation-case", "liver"));
        assertRefused("network.classes is 3, expected 2", Map.of("network.classes", 3));
        assertRefused("which has no case case1", Map.of("data.source", "phantom", "data.training-case", "case1"));
        assertThrows(InputException.class, () -> open(Map.of("data.overfit", true, "data.validation-case", "case1")));
        assertThrows(InputException.class,
                () -> open(Map.of("data.training-case", "case1", "data.validation-case", "case1")));
    }

    @Test
    void aCaseWithoutForegroundIsLeftOutAndSaid() throws IOException {
        Path empty = folder.resolve("labelsTr/case2.nii.gz");
        byte[] kept = Files.readAllBytes(empty);
        try {
            NiftiWriter.write(Mask.allocate("empty", NiftiReader.readGrid(empty), Arena.ofAuto()), empty);
            try (TrainingData data = open(Map.of())) {
                assertEquals(List.of("case1", "case3"), data.trainingCases());
                assertTrue(data.notes().getFirst().contains("case2 is left out"), data.notes().toString());
            }
            try (TrainingData data = open(Map.of("data.only-foreground", false))) {
                assertEquals(List.of("case1", "case2", "case3"), data.trainingCases());
            }
            assertRefused("there is nothing to learn from", Map.of("data.training-case", "case2"));
            assertRefused("--no-only-foreground", Map.of("data.validation-case", "case2"));
            try (TrainingData data = open(Map.of("data.validation-case", "case2", "data.only-foreground", false))) {
                assertTrue(data.notes().getFirst().contains("no evaluated patch has foreground"));
            }
        } finally {
            Files.write(empty, kept);
        }
    }

    @Test
    void classesAreNamedWhereTheyDoNotFit() {
        assertRefused("network.classes is 3, expected 2; --labels \"liver=1\" sets it", Map.of("network.classes", 3));
        assertRefused("network.classes is 2, expected 3: data.labels names 2",
                Map.of("data.labels", "a=1;b=2", "network.classes", 2));
        assertRefused("data.source is the phantom", Map.of("data.source", "phantom", "data.labels", "a=1"));
    }

    @Test
    void anExperimentNeedsData() {
        TrainConfig config = ConfigLayers.resolve(Optional.empty(), Map.of("experiment", "unet3d-renorm-dice"));
        String message = assertThrows(InputException.class, () -> TrainingData.open(config)).getMessage();
        assertTrue(message.contains("--data"), message);
    }

    private static void assertRefused(String expected, Map<String, Object> changed) {
        String message = assertThrows(InputException.class, () -> open(changed)).getMessage();
        assertTrue(message.contains(expected), message);
    }
}
