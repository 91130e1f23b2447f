package lobule.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import lobule.device.Device;
import lobule.device.cuda.options.AlgorithmChoices;
import lobule.device.cuda.CudaDevice;
import lobule.device.cuda.options.CudaOptions;
import lobule.train.AlgorithmRecord;
import lobule.train.ConfigLayers;
import lobule.train.RunFolder;
import lobule.train.StepMetrics;
import lobule.train.TrainConfig;
import lobule.train.Trainer;
import lobule.train.TrainingData;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a network; everything that can be wrong with what the user gave is found before anything is written. */
@Command(name = "train", sortOptions = false, description = "Trains a U-Net: with no options on a synthetic CT, with "
        + "--experiment and --data on volumes and masks.")
final class TrainCommand implements Callable<Integer> {
    /** What a resumed run has in its own folder. */
    private static final List<String> FIXED_BY_RESUME = List.of("experiment", "out");

    private final Devices devices;

    @Spec
    private CommandSpec spec;

    @Mixin
    private TrainOptions options;

    @Mixin
    private CudaArguments cuda;

    @Option(names = "--config", paramLabel = "FILE", description = "YAML with any of the settings; options override"
            + " it.")
    private Path configFile;

    @Option(names = "--resume", paramLabel = "DIR", description = "Go on with the run in this folder, from its last "
            + "checkpoint.")
    private Path resume;

    TrainCommand(Devices devices) {
        this.devices = devices;
    }

    @Override
    public Integer call() {
        Optional<RunFolder> resumed = Optional.ofNullable(resume).map(RunFolder::resume);
        Map<String, Object> given = options.given();
        TrainConfig config = ConfigLayers.resolve(file(resumed, given), given);
        if (resumed.isEmpty()) {
            RunFolder.requireFree(config);
        }
        int threads = config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads();
        CudaOptions gpu = cuda.options().withRecorded(
                resumed.flatMap(AlgorithmRecord::read).orElse(AlgorithmChoices.none()));
        try (Device device = devices.open(config.device(), threads, gpu)) {
            String reason = config.device().equals(Devices.AUTO) ? "taken by auto"
                    : given.containsKey("device") ? "as chosen"
                    : configFile != null || resume != null ? "from the settings" : "the default";
            train(device, config, resumed, reason);
        }
        return 0;
    }

    private Optional<Path> file(Optional<RunFolder> resumed, Map<String, Object> given) {
        if (resumed.isEmpty()) {
            return Optional.ofNullable(configFile);
        }
        for (String key : FIXED_BY_RESUME) {
            if (given.containsKey(key) || configFile != null) {
                throw new ParameterException(spec.commandLine(), "--resume goes on with the settings in its folder, "
                        + "expected neither --config nor --experiment nor --out beside it");
            }
        }
        return resumed.map(RunFolder::config);
    }

    private void train(Device device, TrainConfig config, Optional<RunFolder> resumed, String deviceReason) {
        RunDescription description = new RunDescription(spec.commandLine().getOut());
        description.device(device, deviceReason);
        try (TrainingData data = TrainingData.open(config)) {
            description.data(config, data);
            train(device, config, resumed, data, description);
        }
    }

    private void train(Device device, TrainConfig config, Optional<RunFolder> resumed, TrainingData data,
                       RunDescription description) {
        PrintWriter out = spec.commandLine().getOut();
        try (Trainer trainer = Trainer.create(device, config, data);
                Interruption _ = new Interruption(() -> stop(trainer, out))) {
            description.memory(trainer.model());
            algorithms(description, device, resumed);
            RunFolder folder = resumed.orElseGet(() -> RunFolder.create(config));
            description.folder(folder);
            long start = System.nanoTime();
            StatusLine status = new StatusLine(out);
            ProgressLine progress = new ProgressLine(status, config.steps(), trainer.model().plannedBytes());
            Optional<StepMetrics> last;
            try {
                last = resumed.isPresent() ? trainer.resume(folder, progress) : trainer.run(folder, progress);
            } finally {
                status.end();
            }
            description.summary(folder, config, last, (System.nanoTime() - start) * 1e-9);
            if (cuda.profile()) {
                last.ifPresent(step -> new ProfileTable(out).print(trainer.model().trainingRun().profile(),
                        step.seconds()));
            }
        }
    }

    private static void algorithms(RunDescription description, Device device, Optional<RunFolder> resumed) {
        if (device instanceof CudaDevice gpu) {
            description.algorithms(gpu.reuse());
        } else {
            resumed.map(RunFolder::algorithms).filter(Files::exists)
                    .ifPresent(record -> description.unusedAlgorithms(record, device));
        }
    }

    private static void stop(Trainer trainer, PrintWriter out) {
        trainer.stop();
        out.println();
        out.println("stopping after this step");
        out.flush();
    }
}
