package lobule.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Packs lifetimes into one arena. Offline dynamic storage allocation is NP-hard; the greedy placement, each block as
 * low as the blocks already placed allow, is tried in several orders and the smallest arena wins.
 */
public final class MemoryPlanner {
    private static final List<Comparator<Lifetime>> ORDERS = List.of(
            Comparator.comparingLong(Lifetime::bytes).reversed(),
            Comparator.comparingLong(MemoryPlanner::area).reversed(),
            Comparator.comparingInt(MemoryPlanner::duration).reversed()
                    .thenComparing(Comparator.comparingLong(Lifetime::bytes).reversed()),
            Comparator.comparingInt(Lifetime::first)
                    .thenComparing(Comparator.comparingLong(Lifetime::bytes).reversed()),
            Comparator.comparingInt(Lifetime::last).reversed()
                    .thenComparing(Comparator.comparingLong(Lifetime::bytes).reversed()));

    private final List<Lifetime> lifetimes;
    private final long alignment;

    private MemoryPlanner(List<Lifetime> lifetimes, long alignment) {
        this.lifetimes = lifetimes;
        this.alignment = alignment;
    }

    /**
     * A plan in which lifetimes that overlap in time do not overlap in memory. The same lifetimes give the same plan.
     *
     * @param alignment every offset is a multiple of this many bytes
     */
    public static MemoryPlan plan(List<Lifetime> lifetimes, long alignment) {
        MemoryPlanner planner = new MemoryPlanner(List.copyOf(lifetimes), alignment);
        long bound = planner.lowerBound();
        MemoryPlan best = null;
        for (Comparator<Lifetime> order : ORDERS) {
            MemoryPlan plan = planner.place(order, bound);
            if (best == null || plan.arenaBytes() < best.arenaBytes()) {
                best = plan;
            }
        }
        return best;
    }

    private MemoryPlan place(Comparator<Lifetime> order, long bound) {
        Integer[] sequence = new Integer[lifetimes.size()];
        Arrays.setAll(sequence, i -> i);
        Arrays.sort(sequence, Comparator.comparing(lifetimes::get, order));
        List<Placement> placed = new ArrayList<>(sequence.length);
        Placement[] result = new Placement[sequence.length];
        long arena = 0;
        for (int index : sequence) {
            Placement placement = new Placement(lifetimes.get(index), lowestFit(lifetimes.get(index), placed));
            result[index] = placement;
            insert(placed, placement);
            arena = Math.max(arena, placement.end());
        }
        return new MemoryPlan(List.of(result), aligned(arena), bound);
    }

    /** The lowest offset at which no block placed so far is in the way. {@code placed} is sorted by offset. */
    private long lowestFit(Lifetime lifetime, List<Placement> placed) {
        long offset = 0;
        for (Placement other : placed) {
            if (!other.lifetime().overlaps(lifetime)) {
                continue;
            }
            if (offset + lifetime.bytes() <= other.offset()) {
                break;
            }
            offset = Math.max(offset, aligned(other.end()));
        }
        return offset;
    }

    private static void insert(List<Placement> placed, Placement placement) {
        int at = placed.size();
        while (at > 0 && placed.get(at - 1).offset() > placement.offset()) {
            at--;
        }
        placed.add(at, placement);
    }

    private long lowerBound() {
        long bound = 0;
        for (Lifetime start : lifetimes) {
            long live = 0;
            for (Lifetime other : lifetimes) {
                if (other.first() <= start.first() && start.first() <= other.last()) {
                    live += other.bytes();
                }
            }
            bound = Math.max(bound, live);
        }
        return bound;
    }

    private long aligned(long bytes) {
        return Math.ceilDiv(bytes, alignment) * alignment;
    }

    private static int duration(Lifetime lifetime) {
        return lifetime.last() - lifetime.first();
    }

    private static long area(Lifetime lifetime) {
        return lifetime.bytes() * (duration(lifetime) + 1L);
    }
}
