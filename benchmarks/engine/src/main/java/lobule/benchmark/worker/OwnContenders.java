package lobule.benchmark.worker;

import java.util.Optional;
import lobule.benchmark.task.Mode;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.device.cpu.CpuDevice;

/** Lobule alone. */
final class OwnContenders implements Contenders {
    @Override
    public Optional<Contender> open(String name, Task task, StepValues values) {
        return switch (name) {
            case Entrant.LOBULE -> Optional.of(open(new CpuDevice(task.threads()), task, values));
            case Entrant.LOBULE_DIRECT -> Optional.of(open(CpuDevice.direct(task.threads()), task, values));
            default -> Optional.empty();
        };
    }

    private static Contender open(CpuDevice device, Task task, StepValues values) {
        return task.mode() == Mode.TRAINING ? new LobuleTraining(device, task, values)
                : new LobuleForward(device, task, values);
    }
}
