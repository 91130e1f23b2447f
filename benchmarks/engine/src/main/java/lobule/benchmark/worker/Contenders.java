package lobule.benchmark.worker;

import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;

/** The libraries that a worker process can load. */
@FunctionalInterface
public interface Contenders {

    /** @throws IllegalArgumentException where the name is unknown or the library cannot run such a task */
    Contender open(String name, Task task, StepValues values);
}
