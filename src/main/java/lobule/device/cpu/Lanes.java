package lobule.device.cpu;

import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
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

    /** Lanes outside the mask are 0 and not read. */
    static FloatVector load(MemorySegment segment, long index, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(FLOATS, segment, index * Float.BYTES, ORDER, mask);
    }

    /** Lanes outside the mask are not written. */
    static void store(FloatVector vector, MemorySegment segment, long index, VectorMask<Float> mask) {
        vector.intoMemorySegment(segment, index * Float.BYTES, ORDER, mask);
    }

    static void store(FloatVector vector, MemorySegment segment, long index) {
        vector.intoMemorySegment(segment, index * Float.BYTES, ORDER);
    }
}
