package lobule.benchmark.worker;

/**
 * A step as its process saw it.
 *
 * @param allocatedBytes on the Java heap, by all threads, during the step
 * @param peakResident   most bytes that the process has had in memory so far
 */
public record StepTime(double seconds, long allocatedBytes, long peakResident) {}
