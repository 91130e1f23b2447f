package lobule.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lobule.device.Buffer;
import lobule.device.cuda.CudaPlanningDevice;
import lobule.nn.Recompute;
import lobule.nn.TrainingModel;
import lobule.plan.Lifetime;
import lobule.plan.MemoryPlanVerifier;
import lobule.plan.MemoryPlanner;
import lobule.plan.Placement;
import lobule.runtime.ArenaBlock;
import lobule.runtime.MemoryReport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The memory plans of the experiments at full size, for a GPU, against those on record: a change of the plan is a
 * change of a file in {@code src/test/resources/plans}. {@code mvn test -Dtest=GoldenPlanTest -Dlobule.plans=write}
 * records them anew.
 */
class GoldenPlanTest {
    private static final Path FOLDER = Path.of("src/test/resources/plans");
    private static final long WORKSPACE = 256L << 20;
    private static final double MOST_OVER_BOUND = 1.02;
    private static final double MOST_SECONDS = 0.1;
    private static final int RUNS = 5;

    static List<String> experiments() {
        return Presets.experiments();
    }

    /** Every experiment with everything that can be recomputed. */
    static Stream<Arguments> plans() {
        return experiments().stream().flatMap(experiment -> Stream.of(Recompute.values())
                .map(recompute -> Arguments.of(experiment, recompute)));
    }

    @ParameterizedTest
    @MethodSource("experiments")
    void thePlanIsTheOneOnRecord(String experiment) throws IOException {
        String plan = text(experiment, report(experiment, Recompute.NONE));
        Path file = FOLDER.resolve(experiment + ".txt");
        if ("write".equals(System.getProperty("lobule.plans"))) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, plan);
        }
        assertEquals(Files.readString(file), plan, "the plan of " + experiment
                + " changed; where that is meant, record it anew with -Dlobule.plans=write");
    }

    @ParameterizedTest
    @MethodSource("plans")
    void theArenaIsHardlyLargerThanItMustBe(String experiment, Recompute recompute) {
        MemoryReport report = report(experiment, recompute);
        assertTrue(report.arenaBytes() <= MOST_OVER_BOUND * report.lowerBoundBytes(), report.arenaBytes()
                + " bytes, at least " + report.lowerBoundBytes() + " are needed");
    }

    /** Of the processor, the best of a few: the machine may be busy and the JVM cold. */
    @Test
    void planningTakesLessThanATenthOfASecond() {
        List<Lifetime> lifetimes = report("unet3d-renorm-dice", Recompute.NONE).blocks().stream()
                .map(block -> block.placement().lifetime()).toList();
        ThreadMXBean thread = ManagementFactory.getThreadMXBean();
        double best = Double.POSITIVE_INFINITY;
        for (int run = 0; run < RUNS; run++) {
            long start = thread.getCurrentThreadCpuTime();
            MemoryPlanVerifier.verify(MemoryPlanner.plan(lifetimes, Buffer.ALIGNMENT), Buffer.ALIGNMENT);
            best = Math.min(best, (thread.getCurrentThreadCpuTime() - start) * 1e-9);
        }
        System.out.printf(Locale.ROOT, "%d blocks planned and verified in %.1f ms%n", lifetimes.size(), 1e3 * best);
        assertTrue(best < MOST_SECONDS, best + " s");
    }

    private static MemoryReport report(String experiment, Recompute recompute) {
        TrainConfig config = ConfigLayers.resolve(Optional.empty(),
                Map.of("experiment", experiment, "recompute", recompute.label()));
        try (CudaPlanningDevice device = new CudaPlanningDevice(WORKSPACE)) {
            return TrainingModel.memory(device, config.unet(), config.output(), config.objective(),
                    config.optimizerOp(), config.recomputation());
        }
    }

    private static String text(String experiment, MemoryReport report) {
        String totals = """
                %s on cuda with 256 MiB of workspace for every convolution; recorded by GoldenPlanTest
                total        %d
                parameters   %d
                gradients    %d
                optimizer    %d
                arena        %d
                workspace    %d
                lower bound  %d
                flop         %d

                """.formatted(experiment, report.totalBytes(), report.parameterBytes(), report.gradientBytes(),
                report.optimizerBytes(), report.arenaBytes(), report.workspaceBytes(), report.lowerBoundBytes(),
                report.flop());
        String columns = String.format("%12s %12s %5s %5s  %-9s  %s%n", "offset", "bytes", "first", "last", "use",
                "name");
        return totals + columns + report.blocks().stream().sorted(order()).map(GoldenPlanTest::line)
                .collect(Collectors.joining());
    }

    private static Comparator<ArenaBlock> order() {
        return Comparator.comparingLong((ArenaBlock block) -> block.placement().offset())
                .thenComparingInt(block -> block.placement().lifetime().first()).thenComparing(ArenaBlock::name);
    }

    private static String line(ArenaBlock block) {
        Placement placement = block.placement();
        return String.format(Locale.ROOT, "%12d %12d %5d %5d  %-9s  %s%n", placement.offset(), block.bytes(),
                placement.lifetime().first(), placement.lifetime().last(), block.use().name().toLowerCase(Locale.ROOT),
                block.name());
    }
}
