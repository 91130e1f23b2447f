package lobule.plan;

import java.util.List;

/** Proves a plan before memory is taken by it; knows nothing of how it was made. */
public final class MemoryPlanVerifier {
    private MemoryPlanVerifier() {}

    /** @throws IllegalStateException naming the blocks that are misplaced or share memory while both live */
    public static void verify(MemoryPlan plan, long alignment) {
        List<Placement> placements = plan.placements();
        for (int i = 0; i < placements.size(); i++) {
            Placement placement = placements.get(i);
            if (placement.offset() < 0 || placement.offset() % alignment != 0 || placement.end() > plan.arenaBytes()) {
                throw new IllegalStateException("memory plan: " + placement + " is not aligned to " + alignment
                        + " inside the arena of " + plan.arenaBytes() + " bytes");
            }
            for (Placement other : placements.subList(0, i)) {
                if (share(placement, other)) {
                    throw new IllegalStateException("memory plan: " + placement + " and " + other
                            + " live at the same time in the same memory");
                }
            }
        }
    }

    private static boolean share(Placement a, Placement b) {
        return a.lifetime().overlaps(b.lifetime()) && a.offset() < b.end() && b.offset() < a.end();
    }
}
