package lobule.train;

import java.util.List;
import lobule.file.JsonFile;
import lobule.runtime.LaunchTime;
import lobule.tensor.Shape;

/**
 * Where the time of one training step went, launch by launch, for programs; components are the keys, there in snake
 * case.
 *
 * @param seconds  of the whole step by the clock on the wall
 * @param launches in the order in which they ran
 */
public record ProfileRecord(double seconds, List<Launch> launches) {

    /**
     * One launch.
     *
     * @param firstInput its shape
     * @param seconds    on the device
     * @param bytes      of all operands
     * @param flop       of its products; 0 where there are none
     */
    public record Launch(String node, String op, List<Long> firstInput, double seconds, long bytes, long flop) {
        static Launch of(LaunchTime launch) {
            Shape first = launch.node().inputs().getFirst().spec().shape();
            return new Launch(launch.node().name(), launch.node().op().label(), first.sizes(), launch.seconds(),
                    launch.bytes(), launch.flop());
        }
    }

    /** Writes the record whole or not at all; nothing where nothing was timed. */
    public static void write(RunFolder folder, List<LaunchTime> launches, double seconds) {
        if (!launches.isEmpty()) {
            JsonFile.write(folder.profile(), new ProfileRecord(seconds, launches.stream().map(Launch::of).toList()));
        }
    }
}
