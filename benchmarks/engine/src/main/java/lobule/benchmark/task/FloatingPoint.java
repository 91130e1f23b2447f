package lobule.benchmark.task;

import java.util.List;
import java.util.stream.Stream;
import lobule.graph.Graph;
import lobule.graph.Node;
import lobule.op.Value;
import lobule.tensor.DType;
import lobule.tensor.Layout;
import lobule.tensor.TensorSpec;

/** Counts the floating-point operations of convolutions from their operands alone, whatever the op is called. */
public final class FloatingPoint {
    /** Weights have two axes of channels and at least two of the kernel. */
    private static final int LEAST_WEIGHT_RANK = 4;

    private FloatingPoint() {}

    /** Of all convolutions of a graph: 2 for each multiplication with its addition. */
    public static long operations(Graph graph) {
        return graph.nodes().stream().mapToLong(FloatingPoint::operations).sum();
    }

    /**
     * Of one node; 0 where it is no convolution. Forward, data and weights of a convolution all visit each weight once
     * for each voxel of the smaller of their activations.
     */
    public static long operations(Node node) {
        List<TensorSpec> operands = Stream.of(node.inputs(), node.states(), node.outputs()).flatMap(List::stream)
                .map(Value::spec).toList();
        long weights = operands.stream().filter(FloatingPoint::isWeight).mapToLong(s -> s.shape().elements()).max()
                .orElse(0);
        long voxels = operands.stream().filter(spec -> spec.layout() == Layout.ACTIVATION)
                .mapToLong(spec -> spec.shape().batch() * spec.shape().voxels()).min().orElse(0);
        return Math.multiplyExact(2 * weights, voxels);
    }

    private static boolean isWeight(TensorSpec spec) {
        return spec.layout() == Layout.ROW_MAJOR && spec.type() == DType.FLOAT32
                && spec.shape().rank() >= LEAST_WEIGHT_RANK;
    }

    /** Bytes that a node reads and writes at least: all its operands once. */
    public static long bytes(Node node) {
        return Stream.of(node.inputs(), node.states(), node.outputs()).flatMap(List::stream)
                .mapToLong(value -> value.spec().bytes()).sum();
    }
}
