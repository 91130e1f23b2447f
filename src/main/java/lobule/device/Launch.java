package lobule.device;

/** A kernel with its memory, ready to run again and again. Running allocates nothing. */
@FunctionalInterface
public interface Launch {

    /** Runs, or on a device with a queue enqueues, the kernel. */
    void run(Step step);
}
