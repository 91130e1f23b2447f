package lobule.device.cuda.simulator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A line of the file that the simulated GPU writes with {@code SIMGPU_PROFILE}: launches of one kernel with one number
 * of blocks; or a sum of such lines.
 *
 * @param sectors  of 32 bytes, read and written: distinct ones of each warp's request, without a cache
 * @param occupied of 32 bytes, read and written: distinct ones of each launch
 * @param float32  instructions of warps, as the others
 */
record KernelProfile(String kernel, double launches, double sectors, double occupied, double float32, double float64,
                     double integer) {
    private static final int SECTOR = 32;
    private static final String HEADER = "kernel\tblocks\tlaunches\tbytes_read\tbytes_written\tsectors_read\t"
            + "sectors_written\toccupied_read\toccupied_written\tmemory\tfloat32\tfloat64\tinteger\tother";

    static List<KernelProfile> read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (!lines.getFirst().equals(HEADER)) {
            throw new IOException(file + " begins with '" + lines.getFirst() + "', expected '" + HEADER + "'");
        }
        List<KernelProfile> profiles = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            String[] fields = line.split("\t", -1);
            double[] numbers = new double[fields.length];
            for (int i = 1; i < fields.length; i++) {
                numbers[i] = Double.parseDouble(fields[i]);
            }
            profiles.add(new KernelProfile(fields[0], numbers[2], numbers[5] + numbers[6], numbers[7] + numbers[8],
                    numbers[10], numbers[11], numbers[12]));
        }
        return profiles;
    }

    /** Of the same kernel. */
    KernelProfile plus(KernelProfile other) {
        return new KernelProfile(kernel, launches + other.launches, sectors + other.sectors, occupied + other.occupied,
                float32 + other.float32, float64 + other.float64, integer + other.integer);
    }

    /** As of tensors so many times as large, with as many launches. */
    KernelProfile times(double factor) {
        return new KernelProfile(kernel, launches, factor * sectors, factor * occupied, factor * float32,
                factor * float64, factor * integer);
    }

    /** What one pass over the operands moves. */
    double leastBytes() {
        return SECTOR * occupied;
    }

    double bytes() {
        return SECTOR * sectors;
    }

    /** How many times the least the kernel asks of the memory. */
    double excess() {
        return sectors / occupied;
    }
}
