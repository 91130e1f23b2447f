package lobule.device.cpu.loss;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import lobule.device.cpu.machine.Lanes;

/**
 * exp and log of rows of doubles to within 2 ulp, from additions, products and shifts alone: the same bits on every
 * machine. Rows are whole vectors long.
 */
final class Exponential {
    /** Below this the result is 0: just above, it is still a normal number. */
    private static final double LOWEST = -708;
    private static final double LN_2_HIGH = 0x1.62e42fefa39efp-1;
    private static final double LN_2_LOW = 0x1.abc9e3b39803fp-56;
    /** Added to a number below 2^51 it leaves the nearest integer in the low bits. */
    private static final double ROUNDER = 0x1.8p52;
    private static final int FRACTION_BITS = 52;
    /** Bits of the largest number below sqrt(1/2). */
    private static final long ROOT_HALF = 0x3FE6A09E667F3BCCL;
    /** 1/k! from k = 13 down to 0: for |r| <= ln(2)/2 what is left out is below 1e-17. */
    private static final double[] TAYLOR = new double[14];
    /** 2/(2 k + 1) from k = 10 down to 0: 2 atanh(s)/s for |s| <= 0.172, up to 1e-16. */
    private static final double[] ATANH = new double[11];

    static {
        double factorial = 1;
        for (int k = 0; k < TAYLOR.length; k++) {
            TAYLOR[TAYLOR.length - 1 - k] = 1 / factorial;
            factorial *= k + 1;
        }
        for (int k = 0; k < ATANH.length; k++) {
            ATANH[ATANH.length - 1 - k] = 2.0 / (2 * k + 1);
        }
    }

    private Exponential() {}

    /** Writes exp of {@code count} doubles from {@code from}, none above 0, to {@code to}: exp(x) = 2^n exp(r). */
    static void exp(MemorySegment row, long from, long to, long count) {
        for (long i = 0; i < count; i += Lanes.DOUBLE_COUNT) {
            DoubleVector x = Lanes.loadDoubles(row, from + i);
            DoubleVector clamped = x.max(LOWEST);
            DoubleVector rounded = clamped.mul(1 / LN_2_HIGH).add(ROUNDER);
            DoubleVector n = rounded.sub(ROUNDER).neg();
            DoubleVector r = n.fma(splat(LN_2_LOW), n.fma(splat(LN_2_HIGH), clamped));
            DoubleVector value = splat(TAYLOR[0]);
            for (int k = 1; k < TAYLOR.length; k++) {
                value = value.fma(r, splat(TAYLOR[k]));
            }
            LongVector exponent = rounded.reinterpretAsLongs().lanewise(VectorOperators.LSHL, FRACTION_BITS);
            DoubleVector scaled = value.reinterpretAsLongs().add(exponent).reinterpretAsDoubles();
            Lanes.store(scaled.blend(0, x.compare(VectorOperators.LT, LOWEST)), row, to + i);
        }
    }

    /** Replaces {@code count} doubles from {@code at}, finite and at least 1, by their log: x = 2^n m. */
    static void log(MemorySegment row, long at, long count) {
        for (long i = 0; i < count; i += Lanes.DOUBLE_COUNT) {
            LongVector bits = Lanes.loadDoubles(row, at + i).reinterpretAsLongs();
            LongVector n = bits.sub(ROOT_HALF).lanewise(VectorOperators.LSHR, FRACTION_BITS);
            DoubleVector m = bits.sub(n.lanewise(VectorOperators.LSHL, FRACTION_BITS)).reinterpretAsDoubles();
            DoubleVector exponent = n.add(Double.doubleToRawLongBits(ROUNDER)).reinterpretAsDoubles().sub(ROUNDER);
            DoubleVector s = m.sub(1).div(m.add(1));
            DoubleVector square = s.mul(s);
            DoubleVector series = splat(ATANH[0]);
            for (int k = 1; k < ATANH.length; k++) {
                series = series.fma(square, splat(ATANH[k]));
            }
            DoubleVector low = series.mul(s).add(exponent.mul(LN_2_LOW));
            Lanes.store(exponent.fma(splat(LN_2_HIGH), low), row, at + i);
        }
    }

    private static DoubleVector splat(double value) {
        return DoubleVector.broadcast(Lanes.DOUBLES, value);
    }
}
