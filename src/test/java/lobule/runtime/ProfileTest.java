package lobule.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lobule.device.Device;
import lobule.device.Step;
import lobule.device.Timer;
import lobule.device.WrappedDevice;
import lobule.device.reference.ReferenceDevice;
import lobule.graph.Node;
import lobule.graph.Phase;
import lobule.nn.Loss;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;

/** The time of each launch. */
class ProfileTest {

    /** A device whose n-th timer says n seconds, or has none. */
    private record TimingDevice(Device device, boolean times, List<String> calls) implements WrappedDevice {
        @Override
        public Optional<Timer> timer() {
            if (!times) {
                return Optional.empty();
            }
            String name = Integer.toString(calls.size());
            calls.add("made");
            return Optional.of(new Timer() {
                @Override
                public void start() {
                    calls.add("start " + name);
                }

                @Override
                public void stop() {
                    calls.add("stop " + name);
                }

                @Override
                public double seconds() {
                    return Integer.parseInt(name);
                }
            });
        }
    }

    @Test
    void everyLaunchThatRanIsTimedAlone() {
        List<String> calls = new ArrayList<>();
        try (Device device = new TimingDevice(new ReferenceDevice(), true, calls);
                TrainingModel model = model(device)) {
            List<Node> nodes = model.training().graph().nodes();
            assertEquals(List.of(), model.trainingRun().profile());
            calls.clear();
            step(model);
            assertTrue(calls.get(0).startsWith("start ") && calls.get(1).startsWith("stop "), calls::toString);
            assertEquals(2 * nodes.stream().filter(node -> node.phase() != Phase.UPDATE).count(), calls.size());
            model.update(new Step());
            List<LaunchTime> profile = model.trainingRun().profile();
            assertEquals(nodes, profile.stream().map(LaunchTime::node).toList());
            double first = profile.getFirst().seconds();
            assertEquals(first + nodes.size() - 1, profile.getLast().seconds());
        }
    }

    @Test
    void nothingIsTimedWhereTheDeviceDoesNot() {
        try (Device device = new TimingDevice(new ReferenceDevice(), false, new ArrayList<>());
                TrainingModel model = model(device)) {
            step(model);
            assertEquals(List.of(), model.trainingRun().profile());
        }
    }

    @Test
    void launchesExplainTheTimeOfAStep() {
        try (Device device = new ReferenceDevice(); TrainingModel model = model(device)) {
            step(model);
            long start = System.nanoTime();
            step(model);
            double wall = (System.nanoTime() - start) * 1e-9;
            double launches = model.trainingRun().profile().stream().mapToDouble(LaunchTime::seconds).sum();
            assertTrue(launches > 0.5 * wall && launches <= wall, launches + " s of " + wall + " s");
        }
    }

    @Test
    void bytesAndOperationsAreThoseOfTheOperands() {
        try (Device device = new ReferenceDevice(); TrainingModel model = model(device)) {
            step(model);
            LaunchTime first = model.trainingRun().profile().getFirst();
            // 1 channel of 92x92, 3x3 kernels without bias to 2 channels of 90x90
            assertEquals(2L * 9 * 2 * 90 * 90, first.flop());
            assertEquals(Float.BYTES * (92 * 92 + 2 * 9 + 2 * 90 * 90), first.bytes());
        }
    }

    private static TrainingModel model(Device device) {
        TrainingModel model = TrainingModel.create(device, UNetConfig.of(2, 1, 2, 2, 0), Shape.of(1, 2, 4, 4),
                Loss.of(Loss.Kind.DICE), new Adam(0.9, 0.999, 1e-8, Double.POSITIVE_INFINITY), Recompute.NONE);
        model.initialise(1);
        return model;
    }

    private static void step(TrainingModel model) {
        try (Arena arena = Arena.ofShared()) {
            MemorySegment input = arena.allocate(model.training().input().spec().bytes(), Float.BYTES);
            MemorySegment target = arena.allocate(model.training().target().orElseThrow().spec().bytes());
            model.train(input, target, new Step());
        }
    }
}
