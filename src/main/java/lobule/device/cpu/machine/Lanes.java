package lobule.device.cpu.machine;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector unit: float and double lanes, and loads and stores at element indices of off-heap memory.
 *
 * <p>Kernels keep to operations whose result is the same bit for bit before and after the JVM compiles them, so neither
 * reduceLanes(ADD), whose order is open, nor EXP and LOG, which come from a library only once compiled. And they pass
 * vectors from method to method only where these are short enough to be inlined: elsewhere a vector is an object on the
 * heap.
 */
public final class Lanes {
    public static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    public static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    public static final int COUNT = FLOATS.length();
    public static final int DOUBLE_COUNT = DOUBLES.length();
    public static final ByteOrder ORDER = ByteOrder.nativeOrder();
    /** As many floats as there are double lanes. */
    private static final VectorSpecies<Float> HALF =
            VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLE_COUNT * Float.SIZE));

    /** All memory, to load and store at addresses that the caller has checked. */
    private static final MemorySegment EVERYTHING = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private Lanes() {}

    /** The least multiple of {@link #COUNT} that is not less. */
    public static int padded(int floats) {
        return Math.multiplyExact(Math.ceilDiv(floats, COUNT), COUNT);
    }

    public static FloatVector load(MemorySegment segment, long index) {
        return FloatVector.fromMemorySegment(FLOATS, segment, index * Float.BYTES, ORDER);
    }

    /** From an address that the caller has checked: one check for many loads. */
    public static FloatVector load(long address) {
        return FloatVector.fromMemorySegment(FLOATS, EVERYTHING, address, ORDER);
    }

    /** To an address that the caller has checked. */
    public static void store(FloatVector vector, long address) {
        vector.intoMemorySegment(EVERYTHING, address, ORDER);
    }

    /** Lanes outside the mask are 0 and not read. */
    public static FloatVector load(MemorySegment segment, long index, VectorMask<Float> mask) {
        return FloatVector.fromMemorySegment(FLOATS, segment, index * Float.BYTES, ORDER, mask);
    }

    /** Lanes outside the mask are not written. */
    public static void store(FloatVector vector, MemorySegment segment, long index, VectorMask<Float> mask) {
        vector.intoMemorySegment(segment, index * Float.BYTES, ORDER, mask);
    }

    public static void store(FloatVector vector, MemorySegment segment, long index) {
        vector.intoMemorySegment(segment, index * Float.BYTES, ORDER);
    }

    /** Sets floats {@code start} to {@code end} - 1 to 0; a slice to be filled would be an object. */
    public static void clear(MemorySegment segment, long start, long end) {
        long i = start;
        for (; i + COUNT <= end; i += COUNT) {
            store(FloatVector.zero(FLOATS), segment, i);
        }
        for (; i < end; i++) {
            segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, 0);
        }
    }

    public static DoubleVector loadDoubles(MemorySegment segment, long index) {
        return DoubleVector.fromMemorySegment(DOUBLES, segment, index * Double.BYTES, ORDER);
    }

    public static void store(DoubleVector vector, MemorySegment segment, long index) {
        vector.intoMemorySegment(segment, index * Double.BYTES, ORDER);
    }

    /** Floats from memory, in double. */
    public static DoubleVector widen(MemorySegment floats, long index) {
        return (DoubleVector) FloatVector.fromMemorySegment(HALF, floats, index * Float.BYTES, ORDER)
                .convertShape(VectorOperators.F2D, DOUBLES, 0);
    }
}
