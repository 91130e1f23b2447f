package lobule.benchmark.jmh;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import lobule.benchmark.task.FloatingPoint;
import lobule.benchmark.task.Task;
import lobule.device.Device;
import lobule.device.Tensor;
import lobule.device.reference.ReferenceDevice;
import lobule.graph.Node;

/**
 * Before an op is timed: its result against the reference device. At its real size where the reference's plain loops
 * take seconds; else on the same node of the same network at the smallest patch with few channels, and at the real size
 * it must then give finite values, and the same ones each time.
 */
final class OpCheck {
    /** Relative, in the L2 norm of each tensor: what float32 sums of 10^7 terms explain. */
    private static final double TOLERANCE = 1e-4;
    private static final long MOST_OPERATIONS = 1_000_000_000L;

    private OpCheck() {}

    /** @throws IllegalStateException naming the node and the tensor that is wrong */
    static void check(Device device, Task task, Node node) {
        try (BoundOp bound = new BoundOp(device, node);
                ReferenceDevice reference = new ReferenceDevice(task.threads())) {
            if (FloatingPoint.operations(node) <= MOST_OPERATIONS) {
                compare(reference, node, bound);
            } else {
                Node small = DistinctOps.node(small(task), node.name());
                try (BoundOp other = new BoundOp(device, small)) {
                    compare(reference, small, other);
                }
                repeat(node, bound);
            }
        }
    }

    private static Task small(Task task) {
        // With dropout: the nodes of the network must be the same.
        return task.withPatch(task.small().patch()).withBaseChannels(task.small().baseChannels());
    }

    private static void compare(Device reference, Node node, BoundOp bound) {
        bound.reset();
        bound.run();
        try (BoundOp expected = new BoundOp(reference, node)) {
            expected.run();
            for (int i = 0; i < bound.written().size(); i++) {
                try (Arena arena = Arena.ofShared()) {
                    Tensor tensor = bound.written().get(i);
                    double error = error(tensor, bound.download(arena, tensor),
                            expected.download(arena, expected.written().get(i)));
                    if (!(error <= TOLERANCE)) {
                        throw new IllegalStateException("node " + node + " writes " + tensor.spec()
                                + " with a relative error of " + error + ", tolerated is " + TOLERANCE);
                    }
                }
            }
        }
    }

    private static double error(Tensor tensor, MemorySegment ours, MemorySegment expected) {
        double difference = 0;
        double norm = 0;
        for (long i = 0; i < tensor.spec().shape().elements(); i++) {
            double value = BoundOp.element(expected, tensor.spec().type(), i);
            difference += Math.pow(BoundOp.element(ours, tensor.spec().type(), i) - value, 2);
            norm += value * value;
        }
        return difference == 0 ? 0 : Math.sqrt(difference / norm);
    }

    private static void repeat(Node node, BoundOp bound) {
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> first = run(arena, bound);
            List<MemorySegment> second = run(arena, bound);
            for (int i = 0; i < first.size(); i++) {
                Tensor tensor = bound.written().get(i);
                requireFinite(node, tensor, first.get(i));
                if (first.get(i).mismatch(second.get(i)) >= 0) {
                    throw new IllegalStateException("node " + node + " writes other values each time to "
                            + tensor.spec());
                }
            }
        }
    }

    private static List<MemorySegment> run(Arena arena, BoundOp bound) {
        bound.reset();
        bound.run();
        return bound.written().stream().map(tensor -> bound.download(arena, tensor)).toList();
    }

    private static void requireFinite(Node node, Tensor tensor, MemorySegment host) {
        for (long i = 0; i < tensor.spec().shape().elements(); i++) {
            double value = BoundOp.element(host, tensor.spec().type(), i);
            if (!Double.isFinite(value)) {
                throw new IllegalStateException("node " + node + " writes " + value + " at element " + i + " of "
                        + tensor.spec());
            }
        }
    }
}
