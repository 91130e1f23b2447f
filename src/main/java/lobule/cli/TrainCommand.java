package lobule.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import lobule.device.Device;
import lobule.device.cuda.CudaDevice;
import lobule.device.cuda.options.AlgorithmChoices;
import lobule.device.cuda.options.CudaOptions;
import lobule.runtime.LaunchTime;
import lobule.train.AlgorithmRecord;
import lobule.train.ConfigLayers;
import lobule.train.ProfileRecord;
import lobule.train.Resumption;
import lobule.train.RunFolder;
import lobule.train.RunSettings;
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

    @Option(names = "--accept-changed-data", description = "With --resume: go on though cases came, went or changed.")
    private boolean acceptChangedData;

    TrainCommand(Devices devices) {
        this.devices = devices;
    }

    @Override
    public Integer call() {
        Map<String, Object> given = options.given();
        given.putAll(cuda.given());
        if (resume == null) {
            TrainConfig config = ConfigLayers.resolve(Optional.ofNullable(configFile), given);
            RunFolder.requireFree(config);
            train(config, Optional.empty());
            return 0;
        }
        if (configFile != null || FIXED_BY_RESUME.stream().anyMatch(given::containsKey)) {
            throw new ParameterException(spec.commandLine(), "--resume goes on with the settings in its folder, "
                    + "expected neither --config nor --experiment nor --out beside it");
        }
        try (RunFolder folder = RunFolder.resume(resume)) {
            Resumption resumption = Resumption.of(folder, given);
            train(resumption.config(), Optional.of(new Resumed(folder, resumption)));
        }
        return 0;
    }

    /** A run to go on with. */
    private record Resumed(RunFolder folder, Resumption resumption) {}

    private void train(TrainConfig config, Optional<Resumed> resumed) {
        int threads = config.threads() == 0 ? Runtime.getRuntime().availableProcessors() : config.threads();
        CudaOptions gpu = cuda.options(config.cuda()).withRecorded(
                resumed.map(Resumed::folder).flatMap(AlgorithmRecord::read).orElse(AlgorithmChoices.none()));
        RunDescription description = new RunDescription(spec.commandLine().getOut());
        try (Device device = devices.open(config.device(), threads, gpu)) {
            description.device(device, deviceReason(config));
            try (TrainingData data = resumed.map(run -> run.resumption().data(acceptChangedData))
                    .orElseGet(() -> TrainingData.open(config))) {
                description.data(config, data);
                Optional.ofNullable(configFile).map(RunSettings::history).orElse(List.of()).forEach(change ->
                        description.line("note", configFile + " is of a run that changed: " + change
                                + "; here the last value holds throughout"));
                resumed.ifPresent(run -> run.resumption().notes().forEach(note -> description.line("note", note)));
                train(device, device instanceof CudaDevice card ? config.withWorkspaceLimit(card.workspaceLimitBytes())
                        : config, resumed, data, description);
            }
        }
    }

    private String deviceReason(TrainConfig config) {
        return config.device().equals(Devices.AUTO) ? "taken by auto"
                : options.given().containsKey("device") ? "as chosen"
                : configFile != null || resume != null ? "from the settings" : "the default";
    }

    private void train(Device device, TrainConfig config, Optional<Resumed> resumed, TrainingData data,
                       RunDescription description) {
        PrintWriter out = spec.commandLine().getOut();
        try (Trainer trainer = Trainer.create(device, config, data);
                Interruption _ = new Interruption(() -> stop(trainer, out))) {
            description.memory(trainer.model());
            algorithms(description, device, resumed.map(Resumed::folder));
            if (resumed.isPresent()) {
                run(trainer, config, resumed.get().folder(), description);
            } else {
                try (RunFolder folder = RunFolder.create(config)) {
                    run(trainer, config, folder, description);
                }
            }
        }
    }

    private void run(Trainer trainer, TrainConfig config, RunFolder folder, RunDescription description) {
        PrintWriter out = spec.commandLine().getOut();
        description.folder(folder);
        folder.warning().ifPresent(warning -> description.line("warning", warning));
        long start = System.nanoTime();
        StatusLine status = new StatusLine(out);
        ProgressLine progress = new ProgressLine(status, config.steps(), trainer.model().plannedBytes());
        Optional<StepMetrics> last;
        try {
            last = resume != null ? trainer.resume(folder, progress) : trainer.run(folder, progress);
        } finally {
            status.end();
        }
        description.summary(folder, config, last, (System.nanoTime() - start) * 1e-9);
        if (cuda.profile()) {
            List<LaunchTime> launches = trainer.model().trainingRun().profile();
            last.ifPresent(step -> {
                new ProfileTable(out).print(launches, step.seconds());
                ProfileRecord.write(folder, launches, step.seconds());
            });
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
