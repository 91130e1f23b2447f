package lobule.cli;

import java.util.Optional;
import lobule.device.Device;
import lobule.graph.ArithmeticCost;
import lobule.nn.MemorySaving;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.nn.UNet;
import lobule.runtime.MemoryReport;
import lobule.train.TrainConfig;

/**
 * The memory plan of a training step.
 *
 * @param recomputedFlop arithmetic that is done again in the backward pass to save memory; part of the plan's
 * @param next           the smallest patch that does not fit the limit, where the patch was searched for
 */
record PlannedStep(TrainConfig config, MemoryReport memory, long recomputedFlop, Optional<String> next) {

    static PlannedStep of(Device device, TrainConfig config) {
        MemoryReport memory = TrainingModel.memory(device, config.unet(), config.output(), config.objective(),
                config.optimizerOp(), config.recomputation());
        return new PlannedStep(config, memory, memory.flop() - leastFlop(device, config), Optional.empty());
    }

    private static long leastFlop(Device device, TrainConfig config) {
        return ArithmeticCost.flop(UNet.training(config.unet(), config.output(), config.objective(),
                config.optimizerOp(), new MemorySaving(device.fuses(), Recompute.NONE)).graph());
    }

    PlannedStep withNext(Optional<String> patch) {
        return new PlannedStep(config, memory, recomputedFlop, patch);
    }
}
