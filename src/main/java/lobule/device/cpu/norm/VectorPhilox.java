package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;
import lobule.device.Philox;
import lobule.device.cpu.machine.Lanes;

/**
 * The words of {@link Philox} for successive counters, some counters in a vector. A counter's state takes two 64-bit
 * lanes: words c0 and c2 in the low halves of one vector, c1 and c3 in those of another. A round is then one product,
 * the exchange of neighbours, and exclusive ors, and the words come out in order (memory is little-endian wherever
 * oneDNN runs). Once begun, any thread may draw.
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

    /** Bytes that {@link #draw} uses: the words, and as many again. */
    static long bytes(long counters) {
        return 2 * vectors(counters) * LANES * Long.BYTES;
    }

    private static long vectors(long counters) {
        return Math.ceilDiv(counters, COUNTERS);
    }

    /**
     * Puts the four words of each of {@code counters} counters, whose lower half is {@code first} and the next, at the
     * start of the scratch memory. One round after the other over all of them, so that no product waits for the last.
     */
    void draw(long first, long counters, MemorySegment scratch) {
        long other = vectors(counters) * LANES;
        for (long i = 0; i < other; i += LANES) {
            start(first + i / 2, scratch, i, other + i);
        }
        for (int round = 0; round < keys.length; round += LANES) {
            for (long i = 0; i < other; i += LANES) {
                mix(round, scratch, i, other + i);
            }
        }
        for (long i = 0; i < other; i += LANES) {
            LongVector odd = load(scratch, other + i).lanewise(VectorOperators.LSHL, Integer.SIZE);
            store(load(scratch, i).and(LOW).or(odd), scratch, i);
        }
    }

    private void start(long first, MemorySegment scratch, long even, long odd) {
        LongVector counter = LongVector.fromArray(LONGS, PLACES, 0).add(first);
        LongVector low = LongVector.fromArray(LONGS, EVEN, 0);
        store(counter.and(low).or(LongVector.fromArray(LONGS, second, 0)), scratch, even);
        store(counter.lanewise(VectorOperators.LSHR, Integer.SIZE).and(low)
                .or(LongVector.fromArray(LONGS, third, 0)), scratch, odd);
    }

    private void mix(int round, MemorySegment scratch, long even, long odd) {
        LongVector multipliers = LongVector.fromArray(LONGS, MULTIPLIERS, 0).and(LOW);
        LongVector product = load(scratch, even).and(LOW).mul(multipliers).rearrange(NEIGHBOURS);
        store(product.lanewise(VectorOperators.LSHR, Integer.SIZE).lanewise(VectorOperators.XOR, load(scratch, odd))
                .lanewise(VectorOperators.XOR, LongVector.fromArray(LONGS, keys, round)), scratch, even);
        store(product, scratch, odd);
    }

    private static LongVector load(MemorySegment scratch, long index) {
        return LongVector.fromMemorySegment(LONGS, scratch, index * Long.BYTES, Lanes.ORDER);
    }

    private static void store(LongVector vector, MemorySegment scratch, long index) {
        vector.intoMemorySegment(scratch, index * Long.BYTES, Lanes.ORDER);
    }
}
