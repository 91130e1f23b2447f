package lobule.benchmark.worker;

import lobule.benchmark.task.Mode;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.device.cpu.CpuDevice;

/** Lobule alone. */
public final class OwnContenders implements Contenders {
    @Override
    public Contender open(String name, Task task, StepValues values) {
        CpuDevice device = switch (name) {
            case Entrant.LOBULE -> new CpuDevice(task.threads());
            case Entrant.LOBULE_DIRECT -> CpuDevice.direct(task.threads());
            default -> throw new IllegalArgumentException("contender is \"" + name + "\", expected " + Entrant.LOBULE
                    + " or " + Entrant.LOBULE_DIRECT);
        };
        return task.mode() == Mode.TRAINING ? new LobuleTraining(device, task, values)
                : new LobuleForward(device, task, values);
    }
}
