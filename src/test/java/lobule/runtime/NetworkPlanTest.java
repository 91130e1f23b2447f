package lobule.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import lobule.device.Buffer;
import lobule.graph.Graph;
import lobule.nn.Loss;
import lobule.nn.MemorySaving;
import lobule.nn.UNet;
import lobule.nn.UNetConfig;
import lobule.op.Adam;
import lobule.op.Op;
import lobule.op.Value.Role;
import lobule.plan.Lifetime;
import lobule.plan.MemoryPlan;
import lobule.plan.MemoryPlanVerifier;
import lobule.plan.MemoryPlanner;
import lobule.plan.Placement;
import lobule.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The memory plans of the four experiments at full size. */
class NetworkPlanTest {
    private static final Op ADAM = new Adam(0.9, 0.999, 1e-8, Double.POSITIVE_INFINITY);
    private static final Shape VOLUME = Shape.of(1, 2, 60, 60, 52);
    private static final Shape SLICE = Shape.of(1, 2, 60, 60);

    @ParameterizedTest
    @CsvSource({
        "unet2d-dropout-renorm-cce, 2, 0.5, cce",
        "unet3d-dropout-renorm-dice, 3, 0.5, dice",
        "unet3d-renorm-dice, 3, 0, dice",
        "unet3d-renorm-cce, 3, 0, cce"})
    void trainingNeedsLittleMoreThanItsLowerBound(String preset, int rank, double dropout, String loss) {
        UNetConfig config = UNetConfig.of(rank, 1, 2, 32, dropout);
        Graph graph = UNet.training(config, rank == 3 ? VOLUME : SLICE, Loss.of(Loss.Kind.of(loss)), ADAM,
                MemorySaving.DEFAULT).graph();
        MemoryPlan plan = plan(graph);
        report(preset, plan, graph);
        assertTrue(plan.arenaBytes() <= 1.05 * plan.lowerBoundBytes(), plan.arenaBytes() + " of at least "
                + plan.lowerBoundBytes());
        assertTrue(plan.arenaBytes() < 0.6 * sum(plan));
    }

    @Test
    void predictionNeedsLessThanTwoThirdsOfTraining() {
        UNetConfig config = UNetConfig.of(3, 1, 2, 32, 0.5);
        Loss loss = Loss.of(Loss.Kind.DICE);
        MemoryPlan prediction = plan(UNet.prediction(config, VOLUME).graph());
        MemoryPlan training = plan(UNet.training(config, VOLUME, loss, ADAM, MemorySaving.DEFAULT).graph());
        report("prediction", prediction, UNet.prediction(config, VOLUME).graph());
        assertTrue(prediction.arenaBytes() < training.arenaBytes() * 2 / 3);
        assertTrue(prediction.arenaBytes() <= 1.05 * prediction.lowerBoundBytes());
    }

    /** What the trainer gives and reads is never where something else is written. */
    @Test
    void inputsAndKeptValuesHaveTheirMemoryToThemselves() {
        Graph graph = UNet.training(UNetConfig.of(2, 1, 2, 4, 0.5), SLICE, Loss.of(Loss.Kind.DICE), ADAM,
                MemorySaving.DEFAULT).graph();
        MemoryPlan plan = plan(graph);
        List<Placement> kept = plan.placements().stream().filter(placement -> isPinned(graph, placement)).toList();
        // Input, target, logits, loss, score, gradient norm.
        assertEquals(6, kept.size());
        for (Placement pinned : kept) {
            for (Placement other : plan.placements()) {
                boolean after = other.lifetime().last() >= pinned.lifetime().first();
                assertTrue(other.equals(pinned) || !after || other.lifetime().bytes() == 0
                        || other.end() <= pinned.offset() || pinned.end() <= other.offset(), pinned + " " + other);
            }
        }
    }

    private static boolean isPinned(Graph graph, Placement placement) {
        String name = placement.lifetime().name();
        return graph.values(Role.INPUT).stream().anyMatch(value -> value.name().equals(name))
                || graph.outputs().stream().anyMatch(value -> value.name().equals(name));
    }

    /** Workspaces live while their kernel runs, beside its operands. */
    @Test
    void theLifetimesOfATinyChainAreThoseOfItsUses() {
        Graph graph = UNet.prediction(UNetConfig.of(2, 1, 2, 4, 0), Shape.of(1, 2, 4, 4)).graph();
        List<Lifetime> lifetimes = plan(graph).placements().stream().map(Placement::lifetime).toList();
        int convolution = index(graph, "encoder.0.conv1");
        int norm = index(graph, "encoder.0.norm1");
        // Normalised in place, and gone once the next convolution has read it.
        assertTrue(lifetimes.contains(new Lifetime("encoder.0.conv1 = encoder.0.norm1", 4L * 4 * 90 * 90, convolution,
                norm + 1)));
        // The concatenation exists from the encoder's end, which writes its first channels, to the decoder's start.
        assertTrue(lifetimes.contains(new Lifetime("encoder.0.output.1 = decoder.0.up", 4L * (8 + 16) * 8 * 8,
                index(graph, "encoder.0.output"), index(graph, "decoder.0.conv1"))));
        assertTrue(lifetimes.contains(new Lifetime("input", 4L * 92 * 92, -1, graph.nodes().size())));
        assertTrue(lifetimes.contains(new Lifetime("encoder.0.conv1 workspace", 0, convolution, convolution)));
    }

    private static int index(Graph graph, String node) {
        return graph.nodes().stream().map(n -> n.name()).toList().indexOf(node);
    }

    /** Plans, proves, and plans again. */
    private static MemoryPlan plan(Graph graph) {
        try (PlanningDevice device = new PlanningDevice(); Program program = Program.prepare(device, graph)) {
            MemoryPlan plan = program.plan();
            MemoryPlanVerifier.verify(plan, Buffer.ALIGNMENT);
            List<Lifetime> lifetimes = plan.placements().stream().map(Placement::lifetime).toList();
            assertEquals(plan, MemoryPlanner.plan(lifetimes, Buffer.ALIGNMENT));
            return plan;
        }
    }

    private static long sum(MemoryPlan plan) {
        return plan.placements().stream().mapToLong(placement -> placement.lifetime().bytes()).sum();
    }

    private static void report(String name, MemoryPlan plan, Graph graph) {
        double mebibyte = 1 << 20;
        System.out.printf(Locale.ROOT, "%-28s arena %8.1f MiB, lower bound %8.1f MiB (%+.2f %%), sum %8.1f MiB; "
                + "parameters %.1f MiB%n", name, plan.arenaBytes() / mebibyte, plan.lowerBoundBytes() / mebibyte,
                100.0 * plan.arenaBytes() / plan.lowerBoundBytes() - 100, sum(plan) / mebibyte,
                Regions.bytes(graph.values(Role.PARAMETER)) / mebibyte);
    }
}
