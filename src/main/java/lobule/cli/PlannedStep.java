package lobule.cli;

import java.util.Optional;
import lobule.device.Device;
import lobule.nn.TrainingModel;
import lobule.runtime.MemoryReport;
import lobule.train.TrainConfig;

/**
 * The memory plan of a training step.
 *
 * @param next the smallest patch that does not fit the limit, where the patch was searched for
 */
record PlannedStep(TrainConfig config, MemoryReport memory, Optional<String> next) {

    static PlannedStep of(Device device, TrainConfig config) {
        return new PlannedStep(config, TrainingModel.memory(device, config.unet(), config.output(), config.objective(),
                config.optimizerOp()), Optional.empty());
    }

    PlannedStep withNext(Optional<String> patch) {
        return new PlannedStep(config, memory, patch);
    }
}
