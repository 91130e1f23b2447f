package lobule.benchmark.contest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lobule.benchmark.worker.Fingerprint;

/**
 * What one contender did.
 *
 * @param contender      its name
 * @param description    library, version and settings
 * @param seconds        of each timed step, in order
 * @param cpuSeconds     of all threads in each of these
 * @param first          seconds of the first step, in which compilers and libraries prepare; not timed
 * @param peakResident   most bytes its process had in memory
 * @param allocatedBytes on the Java heap in one step, the least of all
 * @param memory         bytes planned and taken by region, where the library says
 */
public record Result(String contender, String description, List<Double> seconds, List<Double> cpuSeconds, double first,
                     long peakResident, long allocatedBytes, Map<String, Long> memory, Fingerprint fingerprint) {

    public double least() {
        return seconds.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    public double median() {
        return median(seconds);
    }

    public double cpuMedian() {
        return median(cpuSeconds);
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle]
                : Arrays.stream(sorted, middle - 1, middle + 1).average().orElse(Double.NaN);
    }
}
