package lobule.plan;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Packs lifetimes into one arena. Offline dynamic storage allocation is NP-hard; here blocks are placed first fit in
 * several orders. Each order is then improved: blocks that end too high, half way or more from the lower bound to the
 * smallest arena so far, are moved a quarter of the way to the front, again and again, until the lower bound is met or
 * the effort is spent. The smallest arena wins.
 */
public final class MemoryPlanner {
    /** Pairs of blocks that all placements together may look at: a few hundredths of a second. */
    private static final long EFFORT = 40_000_000;
    private static final long MOST_ROUNDS = 1000;
    private static final Comparator<Lifetime> LARGEST = Comparator.comparingLong(Lifetime::bytes).reversed();
    private static final List<Comparator<Lifetime>> ORDERS = List.of(
            LARGEST,
            Comparator.comparingLong(MemoryPlanner::area).reversed(),
            Comparator.comparingInt(MemoryPlanner::duration).reversed().thenComparing(LARGEST),
            Comparator.comparingInt(Lifetime::first).thenComparing(LARGEST),
            Comparator.comparingInt(Lifetime::last).reversed().thenComparing(LARGEST));

    private final List<Lifetime> lifetimes;
    private final FirstFit fit;
    private final long enough;
    private long[] best = {};
    private long arena = Long.MAX_VALUE;

    private MemoryPlanner(List<Lifetime> lifetimes, long alignment) {
        this.lifetimes = lifetimes;
        this.fit = new FirstFit(lifetimes, alignment);
        this.enough = fit.lowerBound();
    }

    /**
     * A plan in which lifetimes that overlap in time do not overlap in memory. The same lifetimes give the same plan.
     *
     * @param alignment every offset is a multiple of this many bytes
     */
    public static MemoryPlan plan(List<Lifetime> lifetimes, long alignment) {
        return new MemoryPlanner(List.copyOf(lifetimes), alignment).plan();
    }

    private MemoryPlan plan() {
        List<int[]> orders = ORDERS.stream().map(this::order).toList();
        orders.forEach(this::attempt);
        long blocks = orders.getFirst().length;
        long rounds = Math.min(MOST_ROUNDS, EFFORT / Math.max(1, blocks * blocks * orders.size()));
        orders.forEach(order -> improve(order, rounds));
        List<Placement> placements = IntStream.range(0, lifetimes.size())
                .mapToObj(block -> new Placement(lifetimes.get(block), best[block])).toList();
        return new MemoryPlan(placements, arena, new FirstFit(lifetimes, 1).lowerBound());
    }

    /** Blocks of no bytes are left out: they may be anywhere. */
    private int[] order(Comparator<Lifetime> comparator) {
        return IntStream.range(0, lifetimes.size()).boxed().filter(block -> lifetimes.get(block).bytes() > 0)
                .sorted(Comparator.comparing(lifetimes::get, comparator)).mapToInt(Integer::intValue).toArray();
    }

    private void improve(int[] order, long rounds) {
        for (long round = 0; round < rounds && arena > enough; round++) {
            attempt(order);
            long tooHigh = enough + (arena - enough) / 2;
            for (int at = 0; at < order.length; at++) {
                if (fit.end(order[at]) > tooHigh) {
                    move(order, at, at - Math.ceilDiv(at, 4));
                }
            }
        }
    }

    private static void move(int[] order, int from, int to) {
        int block = order[from];
        System.arraycopy(order, to, order, to + 1, from - to);
        order[to] = block;
    }

    private void attempt(int[] order) {
        if (arena <= enough) {
            return;
        }
        long[] offsets = fit.place(order);
        long size = Arrays.stream(order).mapToLong(fit::end).max().orElse(0);
        if (size < arena) {
            arena = size;
            best = offsets.clone();
        }
    }

    private static int duration(Lifetime lifetime) {
        return lifetime.last() - lifetime.first();
    }

    private static long area(Lifetime lifetime) {
        return lifetime.bytes() * (duration(lifetime) + 1L);
    }
}
