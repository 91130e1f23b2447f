package lobule.nn;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import lobule.graph.Graph;
import lobule.op.Value;

/**
 * A network as a graph, with the values that its user gives and reads.
 *
 * @param input        image (N, C, D, H, W)
 * @param target       labels (N, D', H', W') UINT8; empty in a network that only predicts
 * @param logits       (N, classes, D', H', W'), readable after a run
 * @param losses       summands of the loss, (1) each; readable
 * @param score        counts of {@link lobule.op.SegmentationScore}; readable
 * @param gradientNorm norm of all gradients before clipping; readable after an update, in a training network
 * @param initials     how parameters and running statistics start
 */
public record SegmentationNetwork(Graph graph, Value input, Optional<Value> target, Value logits, List<Value> losses,
                                  Optional<Value> score, Optional<Value> gradientNorm, Map<Value, Initial> initials) {}
