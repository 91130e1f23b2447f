package lobule.inference;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.data.LabelledVolume;
import lobule.data.Phantom;
import lobule.device.Device;
import lobule.device.reference.ReferenceDevice;
import lobule.image.NiftiWriter;
import lobule.train.ConfigLayers;
import lobule.train.RunFolder;
import lobule.train.TrainConfig;
import lobule.train.Trainer;
import lobule.train.TrainingData;

/** Networks of a few channels, trained for a few steps: all their statistics are set, and their outputs vary. */
public final class TinyModels {
    private TinyModels() {}

    /** The model file of a 2D network trained on slices of a small phantom, all within a folder. */
    public static Path in2D(Path folder) {
        return train(folder, "unet2d-dropout-renorm-cce", "12x12", 2, 8);
    }

    /** Likewise in 3D. */
    public static Path in3D(Path folder) {
        return train(folder, "unet3d-renorm-dice", "4x4x4", 1, 3);
    }

    private static Path train(Path folder, String experiment, String patch, int baseChannels, int steps) {
        LabelledVolume phantom = new Phantom(48, 48, 8, 1).generate(Arena.ofAuto());
        NiftiWriter.write(phantom.image(), folder.resolve("data/imagesTr/small.nii.gz"));
        NiftiWriter.write(phantom.mask(), folder.resolve("data/labelsTr/small.nii.gz"));
        TrainConfig config = ConfigLayers.resolve(Optional.empty(), Map.of("experiment", experiment,
                "data.source", folder.resolve("data").toString(), "data.overfit", true, "patch", patch,
                "data.window", List.of(-150, 250), "network.base-channels", baseChannels, "steps", steps,
                "renorm.scale", 1e-4, "learning-rate", List.of(Map.of("step", 1, "rate", 1e-2)),
                "out", folder.resolve(experiment).toString()));
        RunFolder run = RunFolder.create(config);
        try (Device device = new ReferenceDevice();
                TrainingData data = TrainingData.open(config);
                Trainer trainer = Trainer.create(device, config, data)) {
            trainer.run(run, metrics -> {});
        }
        return run.model();
    }
}
