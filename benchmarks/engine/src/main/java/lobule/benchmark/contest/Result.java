package lobule.benchmark.contest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import lobule.benchmark.document.Entry;
import lobule.benchmark.document.Samples;
import lobule.benchmark.document.Unit;
import lobule.benchmark.worker.Fingerprint;

/**
 * What one contender did.
 *
 * @param contender      its name
 * @param description    library, version and settings
 * @param environment    variables that its process was started with, beside the others'
 * @param seconds        of each timed step, in order
 * @param cpuSeconds     of all threads in each of these
 * @param first          seconds of the first step, in which compilers and libraries prepare; not timed
 * @param peakResident   most bytes its process had in memory
 * @param allocatedBytes on the Java heap in one step, the least of all
 * @param memory         bytes planned and taken by region, where the library says
 */
public record Result(String contender, String description, List<String> environment, Samples seconds,
                     Samples cpuSeconds, double first, long peakResident, long allocatedBytes, Map<String, Long> memory,
                     Fingerprint fingerprint) {

    public double least() {
        return seconds.values().stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
    }

    public double median() {
        return median(seconds);
    }

    public double cpuMedian() {
        return median(cpuSeconds);
    }

    /**
     * What this is compared by with another run's.
     *
     * @param name of the contender there
     * @param of   the task
     */
    List<Entry> entries(String name, String of) {
        List<Entry> entries = new ArrayList<>();
        entries.add(new Entry(name, of, Unit.SECONDS, seconds));
        entries.add(new Entry(name + ", peak resident", of, Unit.BYTES, Samples.once(peakResident)));
        memory.forEach((region, bytes) -> {
            if (bytes > 0) {
                entries.add(new Entry(name + ", " + region, of, Unit.BYTES, Samples.once(bytes)));
            }
        });
        return entries;
    }

    private static double median(Samples samples) {
        double[] sorted = samples.values().stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle]
                : Arrays.stream(sorted, middle - 1, middle + 1).average().orElse(Double.NaN);
    }
}
