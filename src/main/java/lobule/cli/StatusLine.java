package lobule.cli;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * How work goes on: on a terminal one line, written over and over; elsewhere a line for the first thing done, for what
 * must be seen, and otherwise every ten seconds.
 */
final class StatusLine {
    private static final double NANOSECONDS = 1e-9;
    private static final double PLAIN_INTERVAL = 10;
    private static final String BACK_AND_CLEAR = "\r\033[K";

    private final PrintWriter out;
    private final boolean terminal = onTerminal();
    private long lastPrint;
    private boolean printed;

    StatusLine(PrintWriter out) {
        this.out = out;
    }

    void show(String line, boolean mustBeSeen) {
        long now = System.nanoTime();
        if (terminal) {
            out.print(BACK_AND_CLEAR + line);
            out.flush();
        } else if (!printed || mustBeSeen || (now - lastPrint) * NANOSECONDS >= PLAIN_INTERVAL) {
            lastPrint = now;
            out.println(line);
            out.flush();
        }
        printed = true;
    }

    /** A line that stays. */
    void keep(String line) {
        out.println((terminal ? BACK_AND_CLEAR : "") + line);
        out.flush();
    }

    /** Leaves the line as it is and goes to the next. */
    void end() {
        if (terminal && printed) {
            out.println();
        }
        out.flush();
    }

    /** What was planned for, and what the process has by now. */
    static String memory(long plannedBytes) {
        OptionalLong resident = residentBytes();
        return Quantities.bytes(plannedBytes) + " planned"
                + (resident.isPresent() ? ", " + Quantities.bytes(resident.getAsLong()) + " resident" : "");
    }

    /** Of this process, as Linux tells it. */
    private static OptionalLong residentBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10).findFirst();
        } catch (IOException e) {
            return OptionalLong.empty(); // not Linux: the line goes without it
        }
    }

    @SuppressWarnings("SystemConsoleNull") // null is still allowed, and what a redirected stream gives in JDK 25
    private static boolean onTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
