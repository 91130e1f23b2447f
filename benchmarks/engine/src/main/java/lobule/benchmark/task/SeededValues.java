package lobule.benchmark.task;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import lobule.nn.Initial;
import lobule.op.Value;
import lobule.op.Value.Role;
import lobule.tensor.DType;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;

/**
 * Values drawn from a seed and each value's name, so that every process draws the same in any order: intensities of
 * noise, labels of a plane's two sides, parameters as a training starts, running statistics of a training under way.
 */
public final class SeededValues implements StepValues {
    private final Map<String, Initial> initials = new HashMap<>();
    private final long seed;

    /** @param initials how the network's parameters and running statistics start */
    public SeededValues(Map<Value, Initial> initials, long seed) {
        initials.forEach((value, initial) -> this.initials.put(value.name(), initial));
        this.seed = seed;
    }

    @Override
    public void read(Value value, MemorySegment destination) {
        if (value.spec().type() == DType.UINT8) {
            readBytes(value, destination);
            return;
        }
        SplittableRandom random = new SplittableRandom(seed + value.name().hashCode());
        RandomGenerator normal = new Well19937c(seed + value.name().hashCode());
        Initial initial = initials.get(value.name());
        for (long i = 0; i < value.spec().shape().elements(); i++) {
            float element = value.role() == Role.PARAMETER ? initial.next(normal)
                    : value.role() == Role.STATE ? initial.next(normal) + random.nextFloat(-0.1f, 0.1f)
                    : random.nextFloat(-1, 1);
            destination.setAtIndex(ValueLayout.JAVA_FLOAT, i, element);
        }
    }

    /** Labels: foreground in the first half of the rows; flags: set. */
    private static void readBytes(Value value, MemorySegment destination) {
        long elements = value.spec().shape().elements();
        for (long i = 0; i < elements; i++) {
            boolean foreground = value.role() == Role.STATE || i < elements / 2;
            destination.set(ValueLayout.JAVA_BYTE, i, (byte) (foreground ? 1 : 0));
        }
    }
}
