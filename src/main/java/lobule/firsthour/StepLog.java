package lobule.firsthour;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The one file with what all steps printed; of each no more than its end, so that it stays small enough to carry. */
final class StepLog {
    private static final int MOST_BYTES = 512 << 10;
    private static final int MOST_LINES = 100;
    private static final int LONGEST_LINE = 400;

    private final Path file;

    /** Begins anew. */
    StepLog(Path file) throws IOException {
        this.file = file;
        Files.deleteIfExists(file);
    }

    /** Appends the end of a file, where there is one, under a heading. */
    void append(String heading, Path printed) throws IOException {
        if (Files.exists(printed)) {
            Files.writeString(file, "== " + heading + "\n" + end(printed) + "\n", StandardCharsets.UTF_8,
                    StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
    }

    /** The last lines of a file, shortened; none where there is no file. */
    static List<String> lastLines(Path printed) throws IOException {
        List<String> lines = Files.exists(printed) ? end(printed).lines().toList() : List.of();
        return lines.subList(Math.max(0, lines.size() - MOST_LINES), lines.size()).stream()
                .map(line -> line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE) + "…").toList();
    }

    private static String end(Path printed) throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(printed.toFile(), "r")) {
            long length = in.length();
            byte[] bytes = new byte[(int) Math.min(length, MOST_BYTES)];
            in.seek(length - bytes.length);
            in.readFully(bytes);
            return (length > bytes.length ? "[the first " + (length - bytes.length) + " bytes are left out]\n" : "")
                    + new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
