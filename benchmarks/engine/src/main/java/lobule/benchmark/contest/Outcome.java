package lobule.benchmark.contest;

import java.util.List;
import lobule.benchmark.document.Entry;
import lobule.benchmark.task.Task;

/**
 * A comparison that was run.
 *
 * @param floatingPointOperations of one step's convolutions
 * @param fmaPeak                 most float32 operations a second of this machine on the task's threads, measured in
 *                                the same run
 * @param results                 one a contender, the one that the others are related to first
 */
public record Outcome(Task task, long floatingPointOperations, double fmaPeak, List<Result> results) {

    public Result base() {
        return results.getFirst();
    }

    /** How many times as long as the base a contender takes, by the medians. */
    public double ratio(Result result) {
        return result.median() / base().median();
    }

    /** Operations a second over the machine's peak, by the median. */
    public double fractionOfPeak(Result result) {
        return floatingPointOperations / result.median() / fmaPeak;
    }

    /** Whether all contenders computed the same step. */
    public boolean agrees() {
        return results.stream().allMatch(result -> result.fingerprint().agreesWith(base().fingerprint()));
    }

    /** What this is compared by with another run's: time and memory of each contender. */
    public List<Entry> entries() {
        return results.stream().flatMap(result -> result.entries(result.contender(), task.work()).stream()).toList();
    }
}
