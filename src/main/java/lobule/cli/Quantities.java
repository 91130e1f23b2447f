package lobule.cli;

import java.util.Locale;

/** Numbers as a terminal shows them. */
final class Quantities {
    private static final double MEBIBYTE = 1 << 20;
    private static final double GIBIBYTE = 1 << 30;

    private Quantities() {}

    /** Such as 76.3 MiB or 1.52 GiB. */
    static String bytes(long bytes) {
        return bytes < GIBIBYTE ? String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE)
                : String.format(Locale.ROOT, "%.2f GiB", bytes / GIBIBYTE);
    }

    /** Such as 48 s, 9 min 48 s or 3 h 05 min. */
    static String duration(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + " s";
        } else if (whole < 3600) {
            return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole / 60 % 60);
    }
}
