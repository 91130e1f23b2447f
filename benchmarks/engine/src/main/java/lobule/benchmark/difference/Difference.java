package lobule.benchmark.difference;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lobule.benchmark.document.Entry;
import lobule.benchmark.document.ResultDocument;
import lobule.benchmark.document.Samples;

/**
 * Two results of one benchmark, the first of them the base.
 *
 * @param changes    what is in both, in the order of the first
 * @param onlyFirst  what the second has not
 * @param onlySecond what the first has not
 */
public record Difference(List<Change> changes, List<Entry.Key> onlyFirst, List<Entry.Key> onlySecond) {

    /** One entry in both; less is better. */
    public record Change(Entry.Key key, Samples first, Samples second) {

        /** Of the means, second over first. */
        public double ratio() {
            return first.mean() == second.mean() ? 1 : second.mean() / first.mean();
        }

        /** Half width of the ratio's 95 % interval; NaN where a mean has one sample. */
        public double spread() {
            return second.ratioError(first);
        }

        /** Whether the second is worse by more than a fraction, and not by chance as far as the spread is known. */
        public boolean isWorseBy(double limit) {
            return ratio() > 1 + limit && !(ratio() - spread() <= 1);
        }
    }

    public static Difference of(ResultDocument first, ResultDocument second) {
        Map<Entry.Key, Samples> ours = first.samples();
        Map<Entry.Key, Samples> theirs = second.samples();
        List<Change> changes = new ArrayList<>();
        List<Entry.Key> missing = new ArrayList<>();
        ours.forEach((key, samples) -> {
            if (theirs.containsKey(key)) {
                changes.add(new Change(key, samples, theirs.get(key)));
            } else {
                missing.add(key);
            }
        });
        return new Difference(changes, missing,
                theirs.keySet().stream().filter(key -> !ours.containsKey(key)).toList());
    }

    public List<Change> worseBy(double limit) {
        return changes.stream().filter(change -> change.isWorseBy(limit)).toList();
    }
}
