package lobule.benchmark.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where figures were taken.
 *
 * @param memoryBytes of the whole machine
 * @param load        processes running or waiting, averaged over the last minute; above 0.5 others were at work
 */
public record Machine(String processor, int cores, long memoryBytes, String kernel, String jdk, double load) {

    public static Machine current() {
        return new Machine(value("/proc/cpuinfo", "model name"), Runtime.getRuntime().availableProcessors(),
                Long.parseLong(value("/proc/meminfo", "MemTotal").replaceAll("\\D", "")) << 10,
                System.getProperty("os.version"), Runtime.version().toString(),
                Double.parseDouble(lines("/proc/loadavg").split(" ", 2)[0]));
    }

    private static String value(String file, String key) {
        return lines(file).lines().filter(line -> line.startsWith(key)).findFirst()
                .map(line -> line.substring(line.indexOf(':') + 1).strip()).orElse("0");
    }

    private static String lines(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read; benchmarks need Linux", e);
        }
    }
}
