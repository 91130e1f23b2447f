package lobule.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.device.Device;
import lobule.device.DeviceUnavailableException;
import lobule.device.cpu.CpuDevice;
import lobule.device.cuda.SimulatedGpu;
import lobule.device.reference.ReferenceDevice;
import lobule.image.NiftiWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs on the GPU go as they go on the CPU. */
class CudaTrainingTest {
    /** Rounding grows from step to step. */
    private static final double TOLERANCE = 1e-3;

    /** Higher than in the presets, for a run of a few steps. */
    private static final double RATE = 5e-3;

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

    private TrainConfig config(String name, String experiment, String patch, long steps) {
        return ConfigLayers.resolve(Optional.empty(), Map.of("experiment", experiment, "data.source", data.toString(),
                "data.overfit", true, "patch", patch, "network.base-channels", 2, "network.dropout", 0.1,
                "steps", steps, "renorm.schedule", "fixed:1,0", "learning-rate",
                List.of(Map.of("step", 1, "rate", RATE)), "out", folder.resolve(name).toString()));
    }

    private static List<StepMetrics> run(Device device, TrainConfig config) {
        List<StepMetrics> steps = new ArrayList<>();
        try (device; TrainingData data = TrainingData.open(config);
                Trainer trainer = Trainer.create(device, config, data)) {
            trainer.run(RunFolder.create(config), steps::add);
        }
        return steps;
    }

    /** The CPU device, or where its library is missing, as in the portable image, the reference. */
    private static Device host() {
        try {
            return new CpuDevice(2);
        } catch (DeviceUnavailableException e) {
            return new ReferenceDevice();
        }
    }

    private static void assertAlike(List<StepMetrics> expected, List<StepMetrics> actual, int count) {
        for (int i = 0; i < count; i++) {
            double loss = expected.get(i).loss();
            assertEquals(loss, actual.get(i).loss(), TOLERANCE * Math.max(1, loss), "loss of step " + (i + 1));
        }
    }

    @Test
    void learnsIn2DAsOnTheCpu() {
        String experiment = "unet2d-dropout-renorm-cce";
        SimulatedGpu.require();
        List<StepMetrics> cpu = run(host(), config("cpu", experiment, "28x28", 40));
        List<StepMetrics> gpu = run(SimulatedGpu.open(), config("gpu", experiment, "28x28", 40));
        assertAlike(cpu, gpu, 40);
        assertTrue(gpu.getLast().jaccard() > 0.9, gpu.getFirst() + " to " + gpu.getLast());
    }

    @Test
    void takesThreeStepsIn3DAsTheCpu() {
        String experiment = "unet3d-dropout-renorm-dice";
        SimulatedGpu.require();
        List<StepMetrics> cpu = run(host(), config("cpu", experiment, "4x4x4", 3));
        List<StepMetrics> gpu = run(SimulatedGpu.open(), config("gpu", experiment, "4x4x4", 3));
        assertAlike(cpu, gpu, 3);
    }
}
