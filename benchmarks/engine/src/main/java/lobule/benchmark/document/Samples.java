package lobule.benchmark.document;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.StatisticalSummary;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/** One quantity as it was measured again and again: a list of numbers in JSON. */
public record Samples(@JsonValue List<Double> values) {
    /** Of the intervals that errors and spreads are half of. */
    private static final double CONFIDENCE = 0.95;

    /** @throws IllegalArgumentException where there are none, or one is not a number of at least 0 */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Samples {
        if (values.isEmpty() || !values.stream().allMatch(Samples::isLegal)) {
            throw new IllegalArgumentException("samples are " + values + ", expected numbers of at least 0");
        }
        values = List.copyOf(values);
    }

    private static boolean isLegal(Double value) {
        return value != null && value >= 0 && value < Double.POSITIVE_INFINITY;
    }

    /** Of a quantity that is the same each time. */
    public static Samples once(double value) {
        return new Samples(List.of(value));
    }

    public double mean() {
        return summary().getMean();
    }

    /** Half width of the mean's interval by Student's t; NaN for a single sample. */
    public double error() {
        return values.size() < 2 ? Double.NaN
                : quantile(values.size() - 1) * summary().getStandardDeviation() / Math.sqrt(values.size());
    }

    /**
     * Half width of the interval of {@code mean() / base.mean()}: the relative variances of the means added, with
     * Welch's degrees of freedom. NaN where either is a single sample.
     */
    public double ratioError(Samples base) {
        double ours = relativeVariance();
        double theirs = base.relativeVariance();
        if (!(ours + theirs > 0)) {
            return ours + theirs;
        }
        double freedom = (ours + theirs) * (ours + theirs)
                / (ours * ours / (values.size() - 1) + theirs * theirs / (base.values.size() - 1));
        return quantile(freedom) * mean() / base.mean() * Math.sqrt(ours + theirs);
    }

    /** Of the mean. */
    private double relativeVariance() {
        StatisticalSummary summary = summary();
        return values.size() < 2 ? Double.NaN
                : summary.getVariance() / values.size() / (summary.getMean() * summary.getMean());
    }

    private StatisticalSummary summary() {
        SummaryStatistics statistics = new SummaryStatistics();
        values.forEach(statistics::addValue);
        return statistics.getSummary();
    }

    private static double quantile(double freedom) {
        return new TDistribution(freedom).inverseCumulativeProbability((1 + CONFIDENCE) / 2);
    }
}
