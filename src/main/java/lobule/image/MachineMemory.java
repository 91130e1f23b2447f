package lobule.image;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What memory there is: Linux promises more than it has, and ends the program that comes to use it. */
public final class MachineMemory {
    private MachineMemory() {}

    /** What Linux could give without swapping, but no more than a container is allowed. */
    public static long availableBytes() {
        long total = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
        try {
            return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .map(available -> Math.min(available, total)).findFirst().orElse(total);
        } catch (IOException e) {
            return total; // not Linux
        }
    }
}
