package lobule.benchmark.worker;

/**
 * A step as its process saw it.
 *
 * @param cpuSeconds     of all its threads, spinning ones included: below seconds times threads others were at work too
 * @param allocatedBytes on the Java heap, by all threads, during the step
 * @param peakResident   most bytes that the process has had in memory so far
 */
public record StepTime(double seconds, double cpuSeconds, long allocatedBytes, long peakResident) {}
