package lobule.benchmark.task;

import java.lang.foreign.MemorySegment;
import lobule.op.Value;

/** What a step starts from: image, labels, parameters and running statistics. */
public interface StepValues {

    /**
     * Gives one value of the network by its name.
     *
     * @param value       {@code input}, {@code target}, a parameter or a running statistic
     * @param destination row-major, exactly its bytes
     */
    void read(Value value, MemorySegment destination);
}
