package lobule.firsthour;

import java.util.List;

/** The middle of measured values. */
final class Median {
    private Median() {}

    /** Of two in the middle their mean; NaN of none. */
    static double of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.isEmpty() ? Double.NaN
                : sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
