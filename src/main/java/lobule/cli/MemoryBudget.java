package lobule.cli;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import lobule.device.Device;
import lobule.device.cuda.CudaDevice;
import lobule.device.cuda.options.CudaOptions;
import lobule.device.cuda.CudaReport;

/**
 * Device memory that a command may take.
 *
 * @param bytes  at most
 * @param source who says so, as the end of a sentence
 */
record MemoryBudget(long bytes, String source) {
    /** The driver's own needs grow a little with what runs. */
    private static final double SHARE_OF_GPU = 0.9;
    /** Volumes and other programs need memory too. */
    private static final double SHARE_OF_HOST = 0.5;

    /** Of what is free with the device open. */
    static MemoryBudget of(Device device, CudaOptions options) {
        if (device instanceof CudaDevice) {
            CudaReport.Gpu gpu = CudaReport.probe(options.libraryFolders()).gpus().get(options.ordinal());
            return share(SHARE_OF_GPU, gpu.freeBytes(), "free on " + gpu.name());
        }
        return share(SHARE_OF_HOST, availableBytes(), "available on this machine");
    }

    private static MemoryBudget share(double share, long bytes, String where) {
        return new MemoryBudget((long) (share * bytes),
                Math.round(100 * share) + " % of the " + Quantities.bytes(bytes) + " " + where);
    }

    /** What Linux could give without swapping, but no more than a container is allowed. */
    private static long availableBytes() {
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
