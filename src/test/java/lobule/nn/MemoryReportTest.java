package lobule.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import lobule.device.Buffer;
import lobule.device.Device;
import lobule.device.WrappedDevice;
import lobule.device.reference.ReferenceDevice;
import lobule.graph.Node;
import lobule.op.Adam;
import lobule.op.NesterovMomentum;
import lobule.op.Op;
import lobule.plan.Lifetime;
import lobule.runtime.ArenaBlock;
import lobule.runtime.ArenaBlock.Use;
import lobule.runtime.MemoryReport;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;

/** What a report says is what a model then takes. */
class MemoryReportTest {
    private static final UNetConfig NETWORK = UNetConfig.of(2, 1, 2, 2, 0.5);
    private static final Shape OUTPUT = Shape.of(1, 2, 12, 4);
    private static final Loss DICE = Loss.of(Loss.Kind.DICE);
    private static final Op ADAM = new Adam(0.9, 0.999, 1e-8, 1);

    /** Remembers what was taken of it. */
    private record CountingDevice(Device device, List<Long> taken) implements WrappedDevice {
        CountingDevice() {
            this(new ReferenceDevice(1), new ArrayList<>());
        }

        @Override
        public Buffer allocate(long bytes) {
            taken.add(bytes);
            return device.allocate(bytes);
        }
    }

    private static MemoryReport report(Op optimizer) {
        try (Device device = new ReferenceDevice(1)) {
            return TrainingModel.memory(device, NETWORK, OUTPUT, DICE, optimizer, Recompute.NONE);
        }
    }

    @Test
    void theTotalIsWhatAModelTakes() {
        MemoryReport report = report(ADAM);
        try (CountingDevice device = new CountingDevice();
                TrainingModel _ = TrainingModel.create(device, NETWORK, OUTPUT, DICE, ADAM,
                        Recompute.NONE)) {
            assertEquals(report.totalBytes(), device.taken().stream().mapToLong(Long::longValue).sum());
            assertTrue(device.taken().contains(report.arenaBytes()), device.taken().toString());
        }
    }

    @Test
    void theOptimiserDecidesItsMoments() {
        MemoryReport adam = report(ADAM);
        assertEquals(2 * adam.gradientBytes(), adam.optimizerBytes());
        assertEquals(adam.gradientBytes(), report(new NesterovMomentum(0.9, 1)).optimizerBytes());
        assertTrue(adam.parameterBytes() > adam.gradientBytes(), "running statistics are counted");
    }

    @Test
    void blocksAreSortedByWhatTheyAreFor() {
        MemoryReport report = report(ADAM);
        assertEquals(Use.INPUT, use(report, "input"));
        assertEquals(Use.KEPT, use(report, "encoder.0.conv1"));
        assertEquals(Use.KEPT, use(report, "head"));
        assertEquals(Use.TEMPORARY, use(report, "encoder.0.conv2.data"));
    }

    /** Of the block that holds a value, alone or with those that follow it in the same place. */
    private static Use use(MemoryReport report, String value) {
        return report.blocks().stream().filter(block -> List.of(block.name().split(" = ", -1)).contains(value))
                .findFirst().orElseThrow().use();
    }

    @Test
    void workspacesLieInsideTheArenaForOneNodeEach() {
        MemoryReport report = report(ADAM);
        for (ArenaBlock block : report.blocks()) {
            Lifetime lifetime = block.placement().lifetime();
            if (block.use() == Use.WORKSPACE) {
                assertEquals(lifetime.first(), lifetime.last());
                assertTrue(block.bytes() <= report.workspaceBytes());
            }
            assertTrue(block.placement().end() <= report.arenaBytes());
        }
    }

    @Test
    void theLargestValuesComeFirst() {
        MemoryReport report = report(ADAM);
        List<ArenaBlock> largest = report.largestValues(10);
        assertEquals(10, largest.size());
        List<Long> sizes = largest.stream().map(ArenaBlock::bytes).toList();
        assertEquals(sizes.stream().sorted((a, b) -> Long.compare(b, a)).toList(), sizes);
        for (ArenaBlock block : largest) {
            assertTrue(block.name().startsWith(report.origin(block).map(Node::name).orElse("input")), block.toString());
        }
        assertEquals(report.blocks().stream().filter(block -> block.use() != Use.WORKSPACE).mapToLong(ArenaBlock::bytes)
                .max().orElseThrow(), sizes.getFirst());
    }
}
