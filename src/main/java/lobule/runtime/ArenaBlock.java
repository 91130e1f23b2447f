package lobule.runtime;

import lobule.plan.Placement;

/** A part of the arena, and what it is for. */
public record ArenaBlock(Placement placement, Use use) {

    /** Why memory is held. */
    public enum Use {
        /** Given from outside before a run. */
        INPUT,
        /** Made by the forward pass and needed after it: by the backward pass, or by whoever reads the results. */
        KEPT,
        /** Made and read within one pass. */
        TEMPORARY,
        /** Scratch memory of one node. */
        WORKSPACE
    }

    public String name() {
        return placement.lifetime().name();
    }

    public long bytes() {
        return placement.lifetime().bytes();
    }
}
