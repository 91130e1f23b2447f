package lobule.plan;

import java.util.List;

/**
 * Offsets in one arena.
 *
 * @param placements      one a lifetime, in the order given to the planner
 * @param arenaBytes      size of the arena
 * @param lowerBoundBytes the largest sum of bytes that live at one node: no plan can need less
 */
public record MemoryPlan(List<Placement> placements, long arenaBytes, long lowerBoundBytes) {
    public MemoryPlan {
        placements = List.copyOf(placements);
    }
}
