package lobule.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import lobule.runtime.LaunchTime;

/** Where the time went: by kind of op, then the slowest launches, with what they computed or moved a second. */
final class ProfileTable {
    private static final double GIGA = 1e9;
    private static final double MILLISECONDS = 1e3;
    private static final int SLOWEST = 30;

    private final PrintWriter out;

    ProfileTable(PrintWriter out) {
        this.out = out;
    }

    /** Of one step of training that took this long by the clock on the wall. */
    void print(List<LaunchTime> launches, double wallSeconds) {
        if (!launches.isEmpty()) {
            double seconds = seconds(launches);
            out.printf(Locale.ROOT, "profile: the last step took %.3f s, %.1f %% of it in %d launches%n", wallSeconds,
                    100 * seconds / wallSeconds, launches.size());
            rows(launches);
        }
    }

    /** Prints nothing where nothing was timed. */
    void print(List<LaunchTime> launches) {
        if (!launches.isEmpty()) {
            out.printf(Locale.ROOT, "profile: %d launches, %.3f s%n", launches.size(), seconds(launches));
            rows(launches);
        }
    }

    private void rows(List<LaunchTime> launches) {
        double total = seconds(launches);
        header("op", "launches");
        Map<String, List<LaunchTime>> byOp = launches.stream().collect(Collectors.groupingBy(
                launch -> launch.node().op().label(), LinkedHashMap::new, Collectors.toList()));
        byOp.entrySet().stream().sorted(Comparator.comparingDouble(entry -> -seconds(entry.getValue())))
                .forEach(entry -> row(entry.getKey(), Integer.toString(entry.getValue().size()), entry.getValue(),
                        total));
        header(launches.size() > SLOWEST ? "slowest " + SLOWEST + " launches" : "launch", "first input");
        launches.stream().sorted(Comparator.comparingDouble(LaunchTime::seconds).reversed()).limit(SLOWEST)
                .forEach(launch -> row(launch.node().name(),
                        launch.node().inputs().getFirst().spec().shape().toString(), List.of(launch), total));
    }

    private void header(String what, String detail) {
        out.printf("  %-40s %-22s %10s %7s %8s %8s%n", what, detail, "ms", "share", "GB/s", "GFLOP/s");
    }

    private void row(String what, String detail, List<LaunchTime> launches, double total) {
        double seconds = seconds(launches);
        double bytes = launches.stream().mapToLong(LaunchTime::bytes).sum();
        double flop = launches.stream().mapToLong(LaunchTime::flop).sum();
        String arithmetic = flop == 0 ? "" : String.format(Locale.ROOT, "%8.1f", flop / GIGA / seconds);
        out.println(String.format(Locale.ROOT, "  %-40s %-22s %10.3f %5.1f %% %8.1f %s", what, detail,
                seconds * MILLISECONDS, 100 * seconds / total, bytes / GIGA / seconds, arithmetic).stripTrailing());
    }

    private static double seconds(List<LaunchTime> launches) {
        return launches.stream().mapToDouble(LaunchTime::seconds).sum();
    }
}
