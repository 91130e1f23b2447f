package lobule.device;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Assertions;

/** Compares a gradient with central differences of the function it belongs to. */
final class FiniteDifferences {
    /** Entries compared, spread evenly over larger tensors. */
    private static final int ENTRIES = 48;
    /** Fault that a working comparison must notice, relative to the largest gradient entry. */
    private static final double PLANTED_FAULT = 1.03;

    private FiniteDifferences() {}

    /**
     * Fails where {@code gradient} is not that of {@code function} at {@code point}, and also where the comparison
     * would not notice its largest compared entry being 3 % off.
     *
     * @param step change of an entry, small against the function's curvature, large against rounding
     */
    static void verify(String what, HostArray gradient, HostArray point, double step,
                       ToDoubleFunction<HostArray> function) {
        int[] entries = entries(point.values().length);
        double[] numeric = Arrays.stream(entries).mapToDouble(i -> slope(point, i, step, function)).toArray();
        double[] given = Arrays.stream(entries).mapToDouble(gradient::get).toArray();
        double scale = Arrays.stream(given).map(Math::abs).max().orElseThrow();
        Assertions.assertTrue(scale > 0, what + ": a gradient of 0 everywhere checks nothing");
        Tolerance.FINITE_DIFFERENCE.check(what, numeric, given, scale);
        double[] faulty = Arrays.stream(given).map(g -> Math.abs(g) == scale ? g * PLANTED_FAULT : g).toArray();
        Assertions.assertThrows(AssertionError.class,
                () -> Tolerance.FINITE_DIFFERENCE.check(what, numeric, faulty, scale), "planted fault in " + what);
    }

    private static int[] entries(int length) {
        int count = Math.min(length, ENTRIES);
        int[] entries = new int[count];
        Arrays.setAll(entries, i -> (int) ((long) i * length / count));
        return entries;
    }

    private static double slope(HostArray point, int entry, double step, ToDoubleFunction<HostArray> function) {
        HostArray above = point.with(entry, point.get(entry) + step);
        HostArray below = point.with(entry, point.get(entry) - step);
        // The step that was really taken, after rounding to float32.
        double distance = above.get(entry) - below.get(entry);
        return (function.applyAsDouble(above) - function.applyAsDouble(below)) / distance;
    }
}
