package lobule.benchmark.document;

import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.benchmark.machine.Machine;
import lobule.benchmark.machine.Revision;
import lobule.device.Device;
import lobule.device.cpu.onednn.OneDnn;

/**
 * What was measured, when, how and where.
 *
 * @param version       of Lobule
 * @param commit        of its sources; empty where they are no Git repository
 * @param dirty         whether something was changed since that commit
 * @param time          of the start, UTC
 * @param command       arguments of {@code lobule bench}
 * @param ompWaitPolicy of idle OpenMP threads: {@code OMP_WAIT_POLICY}, or {@code unset}
 * @param onednn        version of oneDNN
 */
public record Conditions(String version, Optional<String> commit, Optional<Boolean> dirty, String time,
                         List<String> command, int threads, String ompWaitPolicy, String onednn, Machine machine) {
    /** Folder of the sources, which the launcher names. */
    private static final String ROOT = "lobule.root";
    /** Processes of others at work, averaged over a minute. */
    private static final double BUSY = 0.5;

    /** Of a run that starts now. */
    public static Conditions current(List<String> command, int threads) {
        Optional<Revision> revision = Optional.ofNullable(System.getProperty(ROOT)).map(Path::of)
                .flatMap(Revision::of);
        return new Conditions(currentVersion(), revision.map(Revision::commit), revision.map(Revision::dirty),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), List.copyOf(command), threads,
                Optional.ofNullable(System.getenv("OMP_WAIT_POLICY")).orElse("unset"), OneDnn.version(),
                Machine.current());
    }

    /** Of Lobule, as its jar says. */
    public static String currentVersion() {
        return Optional.ofNullable(Device.class.getPackage().getImplementationVersion()).orElse("unknown");
    }

    /** Such as {@code 0.1.0, commit 48bf0d0a1b2c with changes, 2026-11-25T04:36:19Z}. */
    public String text() {
        return version + commit.map(hash -> ", commit " + hash.substring(0, Math.min(12, hash.length()))).orElse("")
                + (dirty.orElse(false) ? " with changes" : "") + ", " + time;
    }

    /** Why times are not those of a machine at rest, if they are not. */
    public Optional<String> disturbance() {
        return machine.load() > BUSY ? Optional.of("the load was " + machine.load()
                + " before the run: others were at work, so times are no good") : Optional.empty();
    }

    /** What makes figures differ besides the program: each difference in one line. */
    public List<String> differences(Conditions other) {
        Map<String, Object> theirs = other.comparable();
        List<String> lines = new ArrayList<>();
        comparable().forEach((what, ours) -> {
            if (!ours.equals(theirs.get(what))) {
                lines.add(what + ": " + ours + " and " + theirs.get(what));
            }
        });
        return lines;
    }

    private Map<String, Object> comparable() {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("processor", machine.processor());
        values.put("cores", machine.cores());
        values.put("kernel", machine.kernel());
        values.put("JDK", machine.jdk());
        values.put("oneDNN", onednn);
        values.put("threads", threads);
        values.put("OMP_WAIT_POLICY", ompWaitPolicy);
        return values;
    }
}
