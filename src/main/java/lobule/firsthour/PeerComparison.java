package lobule.firsthour;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How long a step takes beside PyTorch's, from all turns so far. */
final class PeerComparison {
    /**
     * One comparison.
     *
     * @param oursSeconds median over the turns of a turn's median
     * @param ratio       ours over the peer's
     */
    record Row(PeerMath peer, PeerMath ours, double peerSeconds, double oursSeconds, double ratio) {
        /** For the console. */
        String line() {
            return String.format(Locale.ROOT, "PyTorch %s %.1f ms, Lobule %s %.1f ms: %.2f times as long", peer,
                    1e3 * peerSeconds, ours, 1e3 * oursSeconds, ratio);
        }
    }

    private PeerComparison() {}

    static Map<String, ?> of(List<StepResult> results) {
        return Map.of("comparison", rows(results));
    }

    static List<Row> rows(List<StepResult> results) {
        List<Row> rows = new ArrayList<>();
        for (PeerMath math : PeerMath.values()) {
            double peer = Median.of(seconds(results, "peer-" + math.label() + "-"));
            double ours = Median.of(seconds(results, "ours-" + math.ours().label() + "-"));
            if (!Double.isNaN(peer) && !Double.isNaN(ours)) {
                rows.add(new Row(math, math.ours(), peer, ours, ours / peer));
            }
        }
        return rows;
    }

    private static List<Double> seconds(List<StepResult> results, String turn) {
        return results.stream().filter(result -> result.name().matches(turn + "\\d+"))
                .map(StepResult::stepSeconds).filter(seconds -> !seconds.isNaN()).toList();
    }
}
