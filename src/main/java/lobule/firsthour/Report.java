package lobule.firsthour;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * All that was found out; components are the keys in the results.
 *
 * @param schema  names this form
 * @param site    the machine, what was taken of it, and this version
 * @param started ISO 8601, UTC
 * @param summary of several steps together
 */
record Report(String schema, String part, Map<String, ?> site, String started, double seconds, long limitSeconds,
              Map<String, ?> summary, List<StepResult> steps) {
    private static final String SCHEMA = "lobule-first-hour-1";

    static Report of(String part, Map<String, ?> site, String started, long limitSeconds, List<Step> steps) {
        return new Report(SCHEMA, part, site, started, 0, limitSeconds, Map.of(),
                steps.stream().map(StepResult::pending).toList());
    }

    Report with(int index, StepResult result, double elapsed) {
        List<StepResult> all = new ArrayList<>(steps);
        all.set(index, result);
        return new Report(schema, part, site, started, elapsed, limitSeconds, summary, List.copyOf(all));
    }

    Report with(Map<String, ?> now) {
        return new Report(schema, part, site, started, seconds, limitSeconds, now, steps);
    }

    boolean hasFailures() {
        return steps.stream().anyMatch(step -> step.outcome().isFailure());
    }
}
