package lobule.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lobule.device.Device;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.cuda.CudaDevice;
import lobule.nn.TrainingModel;

/** A run from its settings to its files. */
public final class Trainer implements AutoCloseable {
    private final Device device;
    private final TrainConfig config;
    private final TrainingData data;
    private final TrainingModel model;
    private volatile boolean stopRequested;

    private Trainer(Device device, TrainConfig config, TrainingData data, TrainingModel model) {
        this.device = device;
        this.config = config;
        this.data = data;
        this.model = model;
    }

    /**
     * Takes all memory that the run will need on the device.
     *
     * @throws OutOfDeviceMemoryException naming the largest patch that fits
     */
    public static Trainer create(Device device, TrainConfig config, TrainingData data) {
        new LargestPatch(device, config).requireRoom();
        try {
            return new Trainer(device, config, data, TrainingModel.create(device, config.unet(), config.output(),
                    config.objective(), config.optimizerOp(), config.recomputation()));
        } catch (OutOfDeviceMemoryException e) {
            throw new LargestPatch(device, config).explain(e);
        }
    }

    /** The model, for its memory plan. */
    public TrainingModel model() {
        return model;
    }

    /** Ends the run after the step it is at. For any thread. */
    public void stop() {
        stopRequested = true;
    }

    /**
     * Trains from the start.
     *
     * @return the last step; empty where it was stopped before the first
     * @throws DivergenceException where the loss is not finite
     */
    public Optional<StepMetrics> run(RunFolder folder, TrainingListener listener) {
        data.record().write(folder);
        return run(folder, start(), listener);
    }

    private Checkpoint start() {
        model.initialise(config.seed());
        return new Checkpoint(0, 0);
    }

    /**
     * Goes on from the checkpoint in a folder, as the run would have gone on then, or from the start where there is
     * none. What is other from here on, settings or data, is recorded.
     *
     * @throws lobule.checkpoint.CheckpointException where it is damaged or of another network
     */
    public Optional<StepMetrics> resume(RunFolder folder, TrainingListener listener) {
        Checkpoint checkpoint = folder.hasCheckpoint() ? Checkpoint.load(folder, model) : start();
        record(folder, checkpoint.step());
        return run(folder, checkpoint, listener);
    }

    private void record(RunFolder folder, long done) {
        RunSettings settings = RunSettings.read(folder).changed(config, done);
        DataRecord now = data.record();
        Optional<String> change = done == 0 ? Optional.empty()
                : DataRecord.read(folder).flatMap(before -> before.changedTo(now));
        folder.write(change.map(text -> settings.with(new RunSettings.Change(done + 1, "data", "as in the steps before",
                text))).orElse(settings));
        now.write(folder);
    }

    private Optional<StepMetrics> run(RunFolder folder, Checkpoint from, TrainingListener listener) {
        if (device instanceof CudaDevice gpu) {
            AlgorithmRecord.write(folder, gpu.choices());
        }
        MemoryRecord.write(folder, device, model);
        RunPictures pictures = new RunPictures(folder, config, data, listener);
        try (MetricsLog log = MetricsLog.open(folder.metrics(), from.step());
                StepRunner runner = new StepRunner(config, data, model, from.microStep())) {
            List<StepMetrics> steps = new ArrayList<>(MetricsLog.read(folder.metrics()));
            long before = from.step();
            while (before < config.steps() && !stopRequested) {
                StepMetrics metrics = step(runner, before + 1, pictures, steps);
                log.append(metrics);
                steps.add(metrics);
                listener.stepDone(metrics);
                before++;
                if (before % config.checkpointEvery() == 0 && before < config.steps()) {
                    new Checkpoint(before, runner.microStep()).write(folder, config, data, model);
                    pictures.drawProgress(steps);
                }
            }
            return finish(folder, new Checkpoint(before, runner.microStep()), runner, pictures, steps);
        }
    }

    private StepMetrics step(StepRunner runner, long number, RunPictures pictures, List<StepMetrics> before) {
        try {
            StepMetrics metrics = runner.run(number);
            boolean due = number % config.evaluateEvery() == 0 || number == config.steps() || stopRequested;
            return due ? metrics.with(runner.evaluate()) : metrics;
        } catch (DivergenceException e) {
            pictures.drawProgress(before); // how it came to that
            throw e;
        }
    }

    private Optional<StepMetrics> finish(RunFolder folder, Checkpoint reached, StepRunner runner, RunPictures pictures,
                                         List<StepMetrics> steps) {
        if (steps.isEmpty()) {
            return Optional.empty();
        }
        StepMetrics last = steps.getLast();
        reached.write(folder, config, data, model);
        MemoryRecord.write(folder, device, model);
        pictures.drawProgress(steps);
        pictures.drawPrediction(runner, last);
        return Optional.of(last);
    }

    @Override
    public void close() {
        model.close();
    }
}
