package lobule.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.checkpoint.CheckpointException;
import lobule.checkpoint.SafeTensors;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.device.Device;
import lobule.device.cpu.CpuDevice;
import lobule.device.reference.ReferenceDevice;
import lobule.image.NiftiWriter;
import lobule.nn.TrainingModel;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.verification.TestDevice;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole runs of a tiny 2D network on a small phantom, read from files. */
class TrainerTest {
    private static final TrainingListener SILENT = metrics -> {};

    @TempDir
    private static Path data;

    @TempDir
    private Path folder;

    @BeforeAll
    static void writeCase() {
        LabelledVolume phantom = new Phantom(48, 48, 8, 1).generate(Arena.ofAuto());
        NiftiWriter.write(phantom.image(), data.resolve("imagesTr/small.nii.gz"));
        NiftiWriter.write(phantom.mask(), data.resolve("labelsTr/small.nii.gz"));
    }

    private static TrainConfig config(Map<String, Object> changed) {
        Map<String, Object> settings = new HashMap<>(Map.of("experiment", "unet2d-dropout-renorm-cce",
                "data.source", data.toString(), "patch", "12x12", "network.base-channels", 2, "steps", 6,
                "evaluate-every", 2, "renorm.scale", 1e-4, "data.validation-patches", 2));
        settings.putAll(changed);
        return ConfigLayers.resolve(Optional.empty(), settings);
    }

    private RunFolder newFolder(String name, TrainConfig config) {
        return RunFolder.create(config.withOut(folder.resolve(name).toString()));
    }

    private RunFolder run(String name, TrainConfig config) {
        RunFolder run = newFolder(name, config);
        try (Device device = new ReferenceDevice(1);
                TrainingData data = TrainingData.open(config);
                Trainer trainer = Trainer.create(device, config, data)) {
            trainer.run(run, SILENT);
        }
        return run;
    }

    private static void resume(RunFolder run, TrainConfig config) {
        try (Device device = new ReferenceDevice(1);
                TrainingData data = TrainingData.open(config);
                Trainer trainer = Trainer.create(device, config, data)) {
            trainer.resume(run, SILENT);
        }
    }

    /** Without the wall time, which is never the same. */
    private static List<StepMetrics> metrics(RunFolder run) {
        return MetricsLog.read(run.metrics()).stream().map(m -> new StepMetrics(m.step(), m.loss(), m.jaccard(),
                m.dice(), 0, m.learningRate(), m.rMax(), m.dMax(), m.gradientNorm(), m.evaluation())).toList();
    }

    private static void assertSameRun(RunFolder expected, RunFolder actual) throws IOException {
        assertEquals(metrics(expected), metrics(actual));
        assertArrayEquals(Files.readAllBytes(expected.state()), Files.readAllBytes(actual.state()));
        assertArrayEquals(Files.readAllBytes(expected.model()), Files.readAllBytes(actual.model()));
    }

    @Test
    void overfittingOnePatchLowersTheLoss() {
        RunFolder run = run("overfit", config(Map.of("data.overfit", true, "steps", 40, "network.dropout", 0,
                "learning-rate", List.of(Map.of("step", 1, "rate", 5e-3)), "renorm.scale", 2e-4)));
        List<StepMetrics> steps = MetricsLog.read(run.metrics());
        assertEquals(40, steps.size());
        assertTrue(steps.getLast().loss() < 0.7 * steps.getFirst().loss(), steps.getLast().toString());
        assertTrue(steps.getLast().evaluation().orElseThrow().jaccard() > 0.9, steps.getLast().toString());
        assertEquals(new RenormSchedule.Clip(1, 0), new RenormSchedule.Clip(steps.get(0).rMax(), steps.get(0).dMax()));
        assertEquals(new RenormSchedule.Clip(3, 5), new RenormSchedule.Clip(steps.get(8).rMax(), steps.get(8).dMax()));
        for (StepMetrics step : steps) {
            assertEquals(step.step() % 2 == 0, step.evaluation().isPresent());
        }
    }

    @Test
    void oneSeedGivesOneRunAndAnotherAnother() throws IOException {
        RunFolder first = run("first", config(Map.of()));
        assertSameRun(first, run("second", config(Map.of())));
        assertFalse(metrics(first).equals(metrics(run("third", config(Map.of("seed", 2))))));
    }

    @Test
    void aStoppedRunGoesOnAsIfItHadNotBeen() throws IOException {
        TrainConfig config = config(Map.of("accumulate", 2, "evaluate-every", 3));
        RunFolder whole = run("whole", config);
        RunFolder stopped = newFolder("stopped", config);
        try (Device device = new ReferenceDevice(1);
                TrainingData data = TrainingData.open(config);
                Trainer trainer = Trainer.create(device, config, data)) {
            Optional<StepMetrics> last = trainer.run(stopped, metrics -> {
                if (metrics.step() == 3) {
                    trainer.stop();
                }
            });
            assertEquals(3, last.orElseThrow().step());
        }
        for (Path file : List.of(stopped.model(), stopped.state(), stopped.progress(), stopped.overlay(),
                stopped.prediction(), stopped.config())) {
            assertTrue(Files.size(file) > 0, file.toString());
        }
        resume(stopped, config);
        assertSameRun(whole, stopped);
    }

    @Test
    void aCrashCostsOnlyTheStepsSinceTheLastCheckpoint() throws IOException {
        TrainConfig config = config(Map.of("optimizer.name", "sgd", "checkpoint-every", 2));
        RunFolder whole = run("whole", config);
        RunFolder crashed = newFolder("crashed", config);
        try (Device device = new ReferenceDevice(1);
                TrainingData data = TrainingData.open(config);
                Trainer trainer = Trainer.create(device, config, data)) {
            assertThrows(IllegalStateException.class, () -> trainer.run(crashed, metrics -> {
                if (metrics.step() == 5) {
                    throw new IllegalStateException("the machine lost power");
                }
            }));
        }
        assertEquals(5, metrics(crashed).size());
        resume(crashed, config);
        assertSameRun(whole, crashed);
    }

    @Test
    void aStateOfAnotherNetworkIsRefused() {
        RunFolder run = run("run", config(Map.of("steps", 1)));
        String message = assertThrows(CheckpointException.class,
                () -> resume(run, config(Map.of("network.base-channels", 3)))).getMessage();
        assertTrue(message.contains(run.state().toString()), message);
        assertThrows(CheckpointException.class, () -> resume(run, config(Map.of("optimizer.name", "sgd"))));
    }

    /** More than one thread, as by default. */
    static List<TestDevice> twoThreads() {
        return List.of(new TestDevice("reference", () -> new ReferenceDevice(2)),
                new TestDevice("cpu", () -> new CpuDevice(2)));
    }

    @ParameterizedTest
    @MethodSource("twoThreads")
    void aLossThatIsNotFiniteStopsTheRunBeforeTheUpdate(TestDevice where) {
        TrainConfig config = config(Map.of("checkpoint-every", 1, "steps", 50,
                "learning-rate", List.of(Map.of("step", 1, "rate", 1e-3), Map.of("step", 3, "rate", 1e30))));
        RunFolder run = newFolder("diverges", config);
        try (Device device = where.open();
                TrainingData data = TrainingData.open(config);
                Trainer trainer = Trainer.create(device, config, data)) {
            DivergenceException e = assertThrows(DivergenceException.class, () -> trainer.run(run, SILENT));
            assertEquals(4, e.step());
            assertTrue(e.getMessage().matches("step 4: the loss is (NaN|-?Infinity); the first op that made a value"
                    + " that is not finite is encoder\\..*"), e.getMessage());
            assertEquals(3, metrics(run).size());
            assertParametersAreThoseOf(run, trainer.model());
        }
    }

    private static void assertParametersAreThoseOf(RunFolder run, TrainingModel model) {
        try (SafeTensors state = SafeTensors.open(run.state()); Arena arena = Arena.ofShared()) {
            assertEquals("3", state.metadata().get("step"));
            for (Value value : model.training().graph().values(Role.PARAMETER)) {
                MemorySegment now = arena.allocate(value.spec().bytes(), Float.BYTES);
                model.download(value, now);
                assertEquals(-1, now.mismatch(state.entry(value.name()).data()), value.name());
            }
        }
    }

    @Test
    void theModelFileSaysWhatItIs() {
        RunFolder run = run("run", config(Map.of("steps", 1)));
        try (SafeTensors model = SafeTensors.open(run.model())) {
            assertEquals("2", model.metadata().get("rank"));
            assertEquals("2", model.metadata().get("base_channels"));
            assertEquals("1", model.metadata().get("step"));
            assertTrue(model.metadata().get("config").contains("experiment: unet2d-dropout-renorm-cce"));
            assertEquals(1, model.entry("encoder.0.norm1.initialised").data().get(ValueLayout.JAVA_BYTE, 0));
            assertFalse(model.entries().keySet().stream().anyMatch(name -> name.contains("moment1")));
        }
    }

    @Test
    void aRunIsRepeatedFromItsOwnSettings() throws IOException {
        RunFolder run = run("run", config(Map.of("steps", 2)));
        assertSameRun(run, run("again", ConfigLayers.resolve(Optional.of(run.config()), Map.of())));
    }
}
