package lobule.device.cpu.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import lobule.device.cpu.machine.Lanes;
import org.junit.jupiter.api.Test;

/** {@link Exponential} against the Java library's, which is within 1 ulp. */
class ExponentialTest {
    private static final int COUNT = 1 << 15;
    private static final double ULPS = 3;

    private static double[] exp(double... x) {
        MemorySegment row = row(x);
        Exponential.exp(row, 0, 0, x.length);
        return values(row, x.length);
    }

    private static double[] log(double... x) {
        MemorySegment row = row(x);
        Exponential.log(row, 0, x.length);
        return values(row, x.length);
    }

    private static MemorySegment row(double[] x) {
        return MemorySegment.ofArray(Arrays.copyOf(x, Math.ceilDiv(x.length, Lanes.DOUBLE_COUNT) * Lanes.DOUBLE_COUNT));
    }

    private static double[] values(MemorySegment row, int count) {
        return Arrays.copyOf(row.toArray(ValueLayout.JAVA_DOUBLE), count);
    }

    private static void check(String name, double x, double expected, double actual) {
        assertTrue(Math.abs(actual - expected) <= ULPS * Math.ulp(expected),
                name + "(" + x + ") is " + actual + ", expected " + expected);
    }

    @Test
    void exponentialIsClose() {
        double[] x = new Random(1).doubles(COUNT, -708, 0).toArray();
        double[] near = new Random(2).doubles(COUNT, -3, 0).toArray();
        double[] small = Arrays.stream(near).map(value -> value * 0x1p-40).toArray();
        for (double[] range : new double[][] {x, near, small}) {
            double[] actual = exp(range);
            for (int i = 0; i < range.length; i++) {
                check("exp", range[i], Math.exp(range[i]), actual[i]);
            }
        }
    }

    @Test
    void logarithmIsClose() {
        double[] classes = new Random(3).doubles(COUNT, 1, 256).toArray();
        double[] certain = new Random(4).doubles(COUNT, 1, 1 + 0x1p-20).toArray();
        for (double[] range : new double[][] {classes, certain}) {
            double[] actual = log(range);
            for (int i = 0; i < range.length; i++) {
                check("log", range[i], Math.log(range[i]), actual[i]);
            }
        }
    }

    @Test
    void endsOfTheRange() {
        double[] values = exp(0, -708, Math.nextDown(-708.0), -1e300, Double.NEGATIVE_INFINITY, Double.NaN, -0.0);
        assertEquals(1, values[0]);
        check("exp", -708, Math.exp(-708), values[1]);
        assertEquals(0, values[2]);
        assertEquals(0, values[3]);
        assertEquals(0, values[4]);
        assertTrue(Double.isNaN(values[5]));
        assertEquals(1, values[6]);
        assertEquals(0, log(1)[0]);
    }
}
