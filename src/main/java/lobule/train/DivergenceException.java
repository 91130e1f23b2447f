package lobule.train;

import java.util.Optional;
import lobule.graph.Node;

/** Training cannot go on because a number is not finite. Parameters are as they were before the step. */
public final class DivergenceException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final long step;

    DivergenceException(long step, String what, double value, Optional<Node> first) {
        super("step " + step + ": " + what + " is " + value + first.map(node -> "; the first op that made a value that"
                + " is not finite is " + node).orElse("; no op made it alone") + ".");
        this.step = step;
    }

    /** The optimiser step that failed, counted from 1. */
    public long step() {
        return step;
    }
}
