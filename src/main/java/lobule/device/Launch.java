package lobule.device;

import java.util.List;

/** A kernel with its memory, ready to run again and again. Running allocates nothing. */
@FunctionalInterface
public interface Launch {

    /** Runs, or on a device with a queue enqueues, the kernel. */
    void run(Step step);

    /** One after the other. */
    static Launch inOrder(List<? extends Launch> launches) {
        Launch[] all = launches.toArray(Launch[]::new);
        return step -> {
            for (Launch launch : all) {
                launch.run(step);
            }
        };
    }
}
