package lobule.device.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;

/** The vector unit: float lanes, and loads and stores at element indices of off-heap memory. */
final class Lanes {
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final int COUNT = FLOATS.length();
    static final ByteOrder ORDER = ByteOrder.nativeOrder();

    private Lanes() {}

    static FloatVector load(MemorySegment segment, long index) {
        return FloatVector.fromMemorySegment(FLOATS, segment, index * Float.BYTES, ORDER);
    }

    static void store(FloatVector vector, MemorySegment segment, long index) {
        vector.intoMemorySegment(segment, index * Float.BYTES, ORDER);
    }
}
