package lobule.benchmark.contest;

import java.util.ArrayList;
import java.util.List;
import lobule.benchmark.document.Entry;
import lobule.benchmark.report.Quantities;
import lobule.benchmark.report.Table;

/**
 * Outcomes along one axis.
 *
 * @param axis     what changes, such as cores
 * @param values   its values, one an outcome
 * @param outcomes with the same contenders
 */
public record Scaling(String axis, List<Long> values, List<Outcome> outcomes) {

    /** One table an axis: medians and ratios of each contender. */
    public static String markdown(List<Scaling> scalings) {
        StringBuilder text = new StringBuilder();
        for (Scaling scaling : scalings) {
            text.append("**").append(scaling.axis).append("**; first row: ").append(scaling.outcomes.getFirst().task())
                    .append("\n\n").append(scaling.table()).append('\n');
        }
        return text.toString();
    }

    /** What this is compared by with another run's. */
    public List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            for (Result result : outcomes.get(i).results()) {
                entries.addAll(result.entries(axis + " " + values.get(i) + ", " + result.contender(),
                        outcomes.get(i).task().work()));
            }
        }
        return entries;
    }

    private Table table() {
        List<String> heads = new ArrayList<>(List.of(axis));
        for (Result result : outcomes.getFirst().results()) {
            heads.addAll(List.of(result.contender(), "of peak", "resident"));
            if (!result.equals(outcomes.getFirst().base())) {
                heads.add("over " + outcomes.getFirst().base().contender());
            }
        }
        Table table = new Table(heads.toArray(String[]::new));
        for (int i = 0; i < outcomes.size(); i++) {
            table.add(row(values.get(i), outcomes.get(i)).toArray());
        }
        return table;
    }

    private static List<String> row(long value, Outcome outcome) {
        List<String> row = new ArrayList<>(List.of(String.valueOf(value)));
        for (Result result : outcome.results()) {
            row.addAll(List.of(Quantities.time(result.median()), Quantities.percent(outcome.fractionOfPeak(result)),
                    Quantities.bytes(result.peakResident())));
            if (!result.equals(outcome.base())) {
                row.add(Quantities.ratio(outcome.ratio(result)));
            }
        }
        return row;
    }
}
