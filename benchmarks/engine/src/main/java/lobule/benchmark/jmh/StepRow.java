package lobule.benchmark.jmh;

/**
 * What a training step of a preset was measured at.
 *
 * @param allocatedBytes on the Java heap in one step, by all threads
 */
public record StepRow(String experiment, String task, long floatingPointOperations, double seconds, double error,
                      double allocatedBytes) {}
