package lobule.firsthour;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** How long a step takes beside PyTorch's, from all turns so far. */
final class PeerComparison {
    /**
     * One comparison.
     *
     * @param oursSeconds median over the turns of a turn's median
     * @param ratio       ours over the peer's
     */
    record Row(PeerMath peer, PeerMath ours, double peerSeconds, double oursSeconds, double ratio) {}

    private PeerComparison() {}

    static Map<String, ?> of(List<StepResult> results) {
        List<Row> rows = new ArrayList<>();
        for (PeerMath math : PeerMath.values()) {
            double peer = Median.of(seconds(results, "peer-" + math.label() + "-"));
            double ours = Median.of(seconds(results, "ours-" + math.ours().label() + "-"));
            if (!Double.isNaN(peer) && !Double.isNaN(ours)) {
                rows.add(new Row(math, math.ours(), peer, ours, ours / peer));
            }
        }
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("comparison", rows);
        return summary;
    }

    private static List<Double> seconds(List<StepResult> results, String turn) {
        return results.stream().filter(result -> result.name().matches(turn + "\\d+"))
                .map(result -> result.figures().get(RunFigures.MEDIAN)).map(PeerComparison::number)
                .filter(number -> !number.isNaN()).toList();
    }

    /** Ours are numbers, the peer's are JSON. */
    private static Double number(Object value) {
        return switch (value) {
            case Number number -> number.doubleValue();
            case JsonNode node when node.isNumber() -> node.doubleValue();
            case null, default -> Double.NaN;
        };
    }
}
