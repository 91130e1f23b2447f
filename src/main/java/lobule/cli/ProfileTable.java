package lobule.cli;

import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import lobule.device.cuda.ProfileEntry;

/** The launches of a profile, slowest first, with what they moved and computed a second. */
final class ProfileTable {
    private static final double GIGA = 1e9;
    private static final double SECOND = 1e-3;

    private final PrintWriter out;

    ProfileTable(PrintWriter out) {
        this.out = out;
    }

    /** Prints nothing where nothing was timed. */
    void print(List<ProfileEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        double total = entries.stream().mapToDouble(ProfileEntry::milliseconds).sum();
        out.printf(Locale.ROOT, "profile: %d launches, %.3f ms on the device%n", entries.size(), total);
        out.printf("  %-36s %-24s %10s %9s %9s %10s %9s%n", "op", "first input", "ms", "MB", "GB/s", "GFLOP",
                "GFLOP/s");
        entries.stream().sorted(Comparator.comparingDouble(ProfileEntry::milliseconds).reversed()).forEach(this::print);
    }

    private void print(ProfileEntry entry) {
        double seconds = entry.milliseconds() * SECOND;
        String arithmetic = entry.flop() == 0 ? "" : String.format(Locale.ROOT, "%10.3f %9.1f", entry.flop() / GIGA,
                entry.flop() / GIGA / seconds);
        out.println(String.format(Locale.ROOT, "  %-36s %-24s %10.4f %9.1f %9.1f %s", entry.op(), entry.shape(),
                entry.milliseconds(), entry.bytes() * 1e-6, entry.bytes() / GIGA / seconds, arithmetic)
                .stripTrailing());
    }
}
