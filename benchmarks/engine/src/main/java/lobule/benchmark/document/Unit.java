package lobule.benchmark.document;

import lobule.benchmark.report.Quantities;

/** Of a figure; less is better in each. */
public enum Unit {
    SECONDS,
    BYTES;

    /** As tables show it. */
    public String text(double value) {
        return switch (this) {
            case SECONDS -> Quantities.time(value);
            case BYTES -> Quantities.bytes(value);
        };
    }
}
