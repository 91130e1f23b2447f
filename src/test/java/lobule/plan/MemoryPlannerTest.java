package lobule.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans are checked by painting: every node's every byte belongs to at most one block. */
class MemoryPlannerTest {
    private static final long ALIGNMENT = 256;
    /** Painted in units of the alignment, which all blocks begin at. */
    private static final long UNIT = ALIGNMENT;

    @Test
    void nothingNeedsNothing() {
        MemoryPlan plan = plan(List.of());
        assertEquals(0, plan.arenaBytes());
        assertEquals(0, plan.lowerBoundBytes());
        assertEquals(List.of(), plan.placements());
    }

    @Test
    void oneBlockBeginsAtZero() {
        Lifetime only = new Lifetime("only", 1000, -1, 4);
        assertEquals(new MemoryPlan(List.of(new Placement(only, 0)), 1024, 1000), plan(List.of(only)));
    }

    @Test
    void blocksOfNoBytesNeedNoRoom() {
        List<Lifetime> lifetimes = List.of(new Lifetime("a", 0, 0, 9), new Lifetime("b", 512, 0, 9),
                new Lifetime("c", 0, 3, 3));
        assertEquals(512, plan(lifetimes).arenaBytes());
    }

    @Test
    void whatLivesTogetherAddsUp() {
        List<Lifetime> lifetimes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            lifetimes.add(new Lifetime("block " + i, 256L * (i + 1), i, 40 - i));
        }
        MemoryPlan plan = plan(lifetimes);
        assertEquals(256L * 210, plan.arenaBytes());
        assertEquals(plan.arenaBytes(), plan.lowerBoundBytes());
    }

    /** Each lives until the next is written, which never needs more than two of them. */
    @Test
    void aChainNeedsTwoBlocks() {
        List<Lifetime> chain = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            chain.add(new Lifetime("link " + i, 4096, i, i + 1));
        }
        assertEquals(2 * 4096, plan(chain).arenaBytes());
    }

    @Test
    void aBlockReadByANodeIsNotWhereTheNodeWrites() {
        List<Lifetime> lifetimes = List.of(new Lifetime("in", 256, 0, 1), new Lifetime("out", 256, 1, 2));
        assertEquals(512, plan(lifetimes).arenaBytes());
    }

    @Test
    void sizesBeyondTheIntegersAreFine() {
        List<Lifetime> lifetimes = List.of(new Lifetime("a", 3L << 32, 0, 2), new Lifetime("b", 5L << 32, 1, 3),
                new Lifetime("c", 3L << 32, 3, 4));
        assertEquals(8L << 32, plan(lifetimes).arenaBytes());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void randomBlocksNeverMeet(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            List<Lifetime> lifetimes = randomLifetimes(random, 1 + random.nextInt(60));
            MemoryPlan plan = plan(lifetimes);
            assertEquals(lifetimes, plan.placements().stream().map(Placement::lifetime).toList());
            assertTrue(plan.arenaBytes() >= plan.lowerBoundBytes());
            assertTrue(plan.arenaBytes() <= lifetimes.stream().mapToLong(MemoryPlannerTest::alignedBytes).sum());
            assertEquals(plan, plan(lifetimes));
        }
    }

    /** Like a training step: what the first half makes is needed until its mirror image in the second. */
    @ParameterizedTest
    @ValueSource(ints = {20, 60, 200})
    void nestedBlocksArePackedAlmostWithoutGaps(int nodes) {
        for (int seed = 0; seed < 20; seed++) {
            MemoryPlan plan = plan(nestedLifetimes(new Random(seed), nodes));
            assertTrue(plan.arenaBytes() <= 1.02 * plan.lowerBoundBytes(), plan.arenaBytes() + " of at least "
                    + plan.lowerBoundBytes() + " bytes with seed " + seed);
        }
    }

    private static List<Lifetime> nestedLifetimes(Random random, int nodes) {
        List<Lifetime> lifetimes = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            int mirror = 2 * nodes - i;
            lifetimes.add(new Lifetime("kept " + i, size(random), i, mirror + random.nextInt(3)));
            lifetimes.add(new Lifetime("forward " + i, size(random), i, i + random.nextInt(4)));
            lifetimes.add(new Lifetime("backward " + i, size(random), mirror, mirror + random.nextInt(4)));
        }
        return lifetimes;
    }

    /** From one to three thousand units of the alignment, small ones more often. */
    private static long size(Random random) {
        return ALIGNMENT * (long) Math.exp(8 * random.nextDouble());
    }

    /** No rule is behind these lifetimes; some have no plan at the lower bound. */
    @Test
    void mostRandomBlocksArePackedAlmostWithoutGaps() {
        int close = 0;
        for (int seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            List<Lifetime> lifetimes = new ArrayList<>();
            for (int i = 0; i < 80; i++) {
                int first = random.nextInt(160);
                lifetimes.add(new Lifetime("block " + i, size(random), first, first + random.nextInt(40)));
            }
            MemoryPlan plan = plan(lifetimes);
            close += plan.arenaBytes() <= 1.02 * plan.lowerBoundBytes() ? 1 : 0;
        }
        assertTrue(close >= 90, close + " of 100 plans are within 2 %");
    }

    private static List<Lifetime> randomLifetimes(Random random, int count) {
        List<Lifetime> lifetimes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int first = random.nextInt(40) - 1;
            long bytes = random.nextInt(4) == 0 ? random.nextInt(3) : random.nextInt(20_000);
            lifetimes.add(new Lifetime("block " + i, bytes, first, first + random.nextInt(20)));
        }
        return lifetimes;
    }

    /** Plans, and checks the plan by brute force. */
    private static MemoryPlan plan(List<Lifetime> lifetimes) {
        MemoryPlan plan = MemoryPlanner.plan(lifetimes, ALIGNMENT);
        MemoryPlanVerifier.verify(plan, ALIGNMENT);
        assertEquals("", clash(plan));
        assertEquals(bound(lifetimes), plan.lowerBoundBytes());
        return plan;
    }

    /** Paints every node's arena unit by unit, if not too large; empty where no two blocks meet. */
    private static String clash(MemoryPlan plan) {
        if (plan.arenaBytes() > 1L << 30) {
            return "";
        }
        for (int node : nodes(plan)) {
            String[] owner = new String[Math.toIntExact(plan.arenaBytes() / UNIT)];
            for (Placement placement : plan.placements()) {
                Lifetime lifetime = placement.lifetime();
                if (lifetime.first() > node || node > lifetime.last() || lifetime.bytes() == 0) {
                    continue;
                }
                for (long unit = placement.offset() / UNIT; unit <= (placement.end() - 1) / UNIT; unit++) {
                    int at = Math.toIntExact(unit);
                    if (owner[at] != null) {
                        return owner[at] + " and " + lifetime.name() + " at node " + node;
                    }
                    owner[at] = lifetime.name();
                }
            }
        }
        return "";
    }

    private static Set<Integer> nodes(MemoryPlan plan) {
        Set<Integer> nodes = new TreeSet<>();
        plan.placements().forEach(placement -> {
            for (int node = placement.lifetime().first(); node <= placement.lifetime().last(); node++) {
                nodes.add(node);
            }
        });
        return nodes;
    }

    /** The largest sum of what lives at one node. */
    private static long bound(List<Lifetime> lifetimes) {
        long bound = 0;
        for (int node = -1; node < 500; node++) {
            int at = node;
            bound = Math.max(bound, lifetimes.stream().filter(l -> l.first() <= at && at <= l.last())
                    .mapToLong(Lifetime::bytes).sum());
        }
        return bound;
    }

    private static long alignedBytes(Lifetime lifetime) {
        return Math.ceilDiv(lifetime.bytes(), ALIGNMENT) * ALIGNMENT;
    }
}
