package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import lobule.device.Philox;

/**
 * The words of {@link Philox} for successive counters, some counters in a vector. A counter's state takes two 64-bit
 * lanes: words c0 and c2 in the low halves of one vector, c1 and c3 in those of another. A round is then one product,
 * the exchange of neighbours, and exclusive ors, and the words come out in order. Once begun, any thread may draw.
 */
final class VectorPhilox {
    /** Random words a counter gives. */
    static final int WORDS = 4;
    private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_PREFERRED;
    private static final int LANES = LONGS.length();
    private static final VectorShuffle<Long> NEIGHBOURS = VectorShuffle.fromOp(LONGS, lane -> lane ^ 1);
    private static final long LOW = 0xFFFFFFFFL;
    /** Counters in a vector. */
    private static final int COUNTERS = LANES / 2;
    private static final long[] PLACES = new long[LANES];
    private static final long[] EVEN = new long[LANES];
    private static final long[] MULTIPLIERS = new long[LANES];

    static {
        for (int lane = 0; lane < LANES; lane++) {
            boolean even = lane % 2 == 0;
            PLACES[lane] = lane / 2;
            EVEN[lane] = even ? LOW : 0;
            MULTIPLIERS[lane] = even ? Philox.MULTIPLIER_0 : Philox.MULTIPLIER_1;
        }
    }

    /** For each round the key's words, in turn over a vector. */
    private final long[] keys = new long[Philox.ROUNDS * LANES];
    /** Counter words c2 and c3, in odd lanes. */
    private final long[] second = new long[LANES];
    private final long[] third = new long[LANES];

    /** Sets the key and the upper words of the counters. */
    void begin(long key, int c2, int c3) {
        Philox philox = Philox.of(key);
        for (int i = 0; i < keys.length; i++) {
            int round = i / LANES;
            keys[i] = Integer.toUnsignedLong(i % 2 == 0 ? philox.key0() + round * Philox.WEYL_0
                    : philox.key1() + round * Philox.WEYL_1);
        }
        for (int lane = 1; lane < LANES; lane += 2) {
            second[lane] = Integer.toUnsignedLong(c2);
            third[lane] = Integer.toUnsignedLong(c3);
        }
    }

    /** Bytes that {@link #draw} writes: whole vectors. */
    static long bytes(long counters) {
        return Math.ceilDiv(counters, COUNTERS) * LANES * Long.BYTES;
    }

    /** Writes the four words of each of {@code counters} counters, their lower half {@code first} and the next. */
    void draw(long first, long counters, MemorySegment words) {
        for (long i = 0; i < counters; i += COUNTERS) {
            draw(first + i, words, i * WORDS * Integer.BYTES);
        }
    }

    private void draw(long first, MemorySegment words, long offset) {
        LongVector even = LongVector.fromArray(LONGS, EVEN, 0);
        LongVector multipliers = LongVector.fromArray(LONGS, MULTIPLIERS, 0).and(LOW);
        LongVector counter = LongVector.fromArray(LONGS, PLACES, 0).add(first);
        LongVector a = counter.and(even).or(LongVector.fromArray(LONGS, second, 0));
        LongVector b = counter.lanewise(VectorOperators.LSHR, Integer.SIZE).and(even)
                .or(LongVector.fromArray(LONGS, third, 0));
        for (int round = 0; round < keys.length; round += LANES) {
            LongVector product = a.and(LOW).mul(multipliers).rearrange(NEIGHBOURS);
            a = product.lanewise(VectorOperators.LSHR, Integer.SIZE).lanewise(VectorOperators.XOR, b)
                    .lanewise(VectorOperators.XOR, LongVector.fromArray(LONGS, keys, round));
            b = product;
        }
        a.and(LOW).or(b.lanewise(VectorOperators.LSHL, Integer.SIZE)).reinterpretAsInts()
                .intoMemorySegment(words, offset, Lanes.ORDER);
    }
}
