package lobule.benchmark.difference;

import java.util.List;
import lobule.benchmark.difference.Difference.Change;
import lobule.benchmark.document.Entry;
import lobule.benchmark.report.Quantities;
import lobule.benchmark.report.Table;

/** A difference as Markdown. */
public final class DifferenceReport {
    private DifferenceReport() {}

    /** What is in both as a table, then what is in one alone. */
    public static String markdown(Difference difference) {
        Table table = new Table("entry", "of", "A", "B", "B over A", "±");
        for (Change change : difference.changes()) {
            Entry.Key key = change.key();
            table.add(key.name(), key.of(), key.unit().text(change.first().mean()),
                    key.unit().text(change.second().mean()), Quantities.ratio(change.ratio()),
                    Double.isNaN(change.spread()) ? "" : Quantities.ratio(change.spread()));
        }
        return table + list("Only in A", difference.onlyFirst()) + list("Only in B", difference.onlySecond());
    }

    private static String list(String heading, List<Entry.Key> keys) {
        StringBuilder text = new StringBuilder();
        if (!keys.isEmpty()) {
            text.append("\n**").append(heading).append("**\n\n");
            keys.forEach(key -> text.append("- ").append(key).append('\n'));
        }
        return text.toString();
    }
}
