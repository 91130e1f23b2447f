package lobule.runtime;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import lobule.graph.Node;
import lobule.op.Value;
import lobule.op.Value.Role;

/** Parameters used more than once: the first node of a mini-batch to write a gradient delivers it, later ones add. */
final class SharedGradients {
    private SharedGradients() {}

    /**
     * Whether each node adds to gradients that an earlier one of the same mini-batch has written.
     *
     * @throws IllegalArgumentException where a node would have to do both, or twice the same
     */
    static boolean[] adding(List<Node> nodes) {
        boolean[] adding = new boolean[nodes.size()];
        Set<Value> written = new HashSet<>();
        for (int i = 0; i < nodes.size(); i++) {
            List<Value> gradients = nodes.get(i).states().stream().filter(state -> state.role() == Role.GRADIENT)
                    .toList();
            adding[i] = !Collections.disjoint(written, gradients);
            boolean alike = !adding[i] || written.containsAll(gradients);
            if (!alike || Set.copyOf(gradients).size() < gradients.size()) {
                throw new IllegalArgumentException("node " + nodes.get(i) + " is the first to write one of " + gradients
                        + " and not of another; give each a node of its own");
            }
            written.addAll(gradients);
        }
        return adding;
    }
}
