package lobule.benchmark.worker;

import java.util.Optional;
import lobule.benchmark.task.StepValues;
import lobule.benchmark.task.Task;

/** Libraries that a worker process can load: Lobule, and whatever provides this as a service on the class path. */
@FunctionalInterface
public interface Contenders {

    /**
     * Opens a library.
     *
     * @param name as an {@link Entrant} has it
     * @return empty where the name is not one of these
     * @throws IllegalArgumentException where the library cannot run such a task
     */
    Optional<Contender> open(String name, Task task, StepValues values);
}
