package lobule.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import lobule.device.Device;
import lobule.device.cpu.CpuDevice;
import lobule.device.reference.ReferenceDevice;
import lobule.op.Value;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Gradients of random graphs: those of the reference against slopes of the losses, those of the CPU against the
 * reference's. A failure names the seed.
 */
class RandomGraphTest {
    private static final int SIZE = 6;
    private static final int LARGE = 9;
    /** The farther, the less is lost in the loss's 24 bits, and the more ReLU and max-pool decisions change. */
    private static final double[] DISTANCES = {1e-2, 2.5e-3, 8e-4, 4e-5};
    private static final double TOLERANCE = 3e-2;
    private static final double FLOOR = 3e-4;

    @Test
    void gradientsAreSlopes() {
        assertNone(40, RandomGraphTest::slopes);
    }

    @Test
    void theCpuAgrees() {
        cpuAgrees(30, SIZE);
    }

    @Tag("slow")
    @Test
    void gradientsOfManyGraphsAreSlopes() {
        assertNone(400, RandomGraphTest::slopes);
    }

    @Tag("slow")
    @Test
    void theCpuAgreesOnManyGraphs() {
        cpuAgrees(400, LARGE);
    }

    private static void assertNone(int seeds, LongFunction<String> difference) {
        assertEquals(List.of(), LongStream.range(0, seeds).mapToObj(difference).filter(text -> !text.isEmpty())
                .toList());
    }

    private static void cpuAgrees(int seeds, int size) {
        try (Device reference = new ReferenceDevice(1); Device device = new CpuDevice(2)) {
            assertNone(seeds, seed -> GradientRun.difference(device, reference, seed, size));
        }
    }

    private static String slopes(long seed) {
        RandomGraph network = new RandomGraph(seed, SIZE);
        List<String> wrong = new ArrayList<>();
        try (Device reference = new ReferenceDevice(1); GradientRun run = new GradientRun(reference, network)) {
            Map<Value, double[]> gradients = run.gradients(1);
            gradients.forEach((parameter, gradient) -> {
                double error = error(run, parameter, network.values.get(parameter), gradient, new Random(seed));
                if (!(error <= 1)) {
                    wrong.add("seed " + seed + ": the gradient of " + parameter + " is off by " + error
                            + " of what is allowed");
                }
            });
        }
        return String.join("; ", wrong);
    }

    /** Along the gradient and as far in a random direction, so that a gradient of 0 is tried too. */
    private static double error(GradientRun run, Value parameter, double[] at, double[] gradient, Random random) {
        double norm = GradientRun.distance(gradient, new double[gradient.length]);
        double[] direction = random.doubles(gradient.length, -1, 1).toArray();
        double other = GradientRun.distance(direction, new double[gradient.length]);
        double expected = 0;
        for (int i = 0; i < direction.length; i++) {
            direction[i] = direction[i] / other + (norm > 0 ? gradient[i] / norm : 0);
            expected += direction[i] * gradient[i];
        }
        double start = run.loss(parameter, at);
        double best = Double.POSITIVE_INFINITY;
        for (double distance : DISTANCES) {
            double above = (run.loss(parameter, moved(at, direction, distance)) - start) / distance;
            double below = (start - run.loss(parameter, moved(at, direction, -distance))) / distance;
            for (double slope : new double[] {above, below, (above + below) / 2}) {
                best = Math.min(best, Math.abs(slope - expected) / (TOLERANCE * norm + FLOOR));
            }
        }
        return best;
    }

    private static double[] moved(double[] at, double[] direction, double distance) {
        double[] moved = at.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += distance * direction[i];
        }
        return moved;
    }
}
