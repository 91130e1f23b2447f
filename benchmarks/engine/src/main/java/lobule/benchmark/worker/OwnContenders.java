package lobule.benchmark.worker;

import lobule.benchmark.task.Mode;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;
import lobule.device.cpu.CpuDevice;

/** Lobule alone. */
public final class OwnContenders implements Contenders {
    @Override
    public Contender open(String name, Task task, StepValues values) {
        if (!name.equals(Entrant.LOBULE)) {
            throw new IllegalArgumentException("contender is \"" + name + "\", expected " + Entrant.LOBULE);
        }
        CpuDevice device = new CpuDevice(task.threads());
        return task.mode() == Mode.TRAINING ? new LobuleTraining(device, task, values)
                : new LobuleForward(device, task, values);
    }
}
