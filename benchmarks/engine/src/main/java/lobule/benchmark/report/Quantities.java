package lobule.benchmark.report;

import java.util.Locale;

/** Numbers as tables show them. */
public final class Quantities {
    private static final double MEBIBYTE = 1 << 20;
    private static final double GIBIBYTE = 1 << 30;
    private static final double GIGA = 1e9;

    private Quantities() {}

    /** Such as 76.3 MiB or 1.52 GiB. */
    public static String bytes(double bytes) {
        return bytes < GIBIBYTE ? format("%.1f MiB", bytes / MEBIBYTE) : format("%.2f GiB", bytes / GIBIBYTE);
    }

    /** With three digits: 20.4 s, 85.1 ms or 340 us; empty for NaN. */
    public static String time(double seconds) {
        if (Double.isNaN(seconds)) {
            return "";
        }
        if (seconds >= 1) {
            return format(seconds >= 10 ? "%.1f s" : "%.2f s", seconds);
        }
        return seconds >= 1e-3 ? threeDigits(seconds * 1e3) + " ms" : threeDigits(seconds * 1e6) + " us";
    }

    private static String threeDigits(double value) {
        return format(value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : "%.2f", value);
    }

    /** Operations or bytes a second in units of 10^9. */
    public static String giga(double perSecond) {
        return format("%.1f", perSecond / GIGA);
    }

    public static String ratio(double value) {
        return format("%.2f", value);
    }

    public static String percent(double fraction) {
        return format("%.0f %%", 100 * fraction);
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }
}
