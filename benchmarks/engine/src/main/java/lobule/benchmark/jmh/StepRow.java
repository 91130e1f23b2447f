package lobule.benchmark.jmh;

import lobule.benchmark.document.Samples;
import lobule.benchmark.task.Task;

/**
 * What a training step of a preset was measured at.
 *
 * @param allocatedBytes on the Java heap in one step, by all threads
 */
public record StepRow(String experiment, Task task, long floatingPointOperations, Samples seconds,
                      double allocatedBytes) {}
