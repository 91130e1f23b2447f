package lobule.benchmark.machine;

import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The most float32 operations a second that this machine can do on some cores: fused multiply-adds on registers alone,
 * in chains long enough in parallel to hide their latency.
 */
public final class FmaPeak {
    private static final VectorSpecies<Float> LANES = FloatVector.SPECIES_PREFERRED;
    private static final int CHAINS = 12;
    /** So many that the calls are few: once it inlines them, the compiler halves their speed. */
    private static final int ROUNDS = 1 << 18;
    private static final double NANOSECONDS = 1e-9;
    private static final double WARM_UP = 2;

    private final int threads;

    /** Runs for some seconds, so that the compiler has had its time. */
    public FmaPeak(int threads) {
        this.threads = threads;
        measure(WARM_UP);
    }

    /**
     * Measures on all threads at once.
     *
     * @return operations a second, all threads together
     */
    public double measure(double seconds) {
        double[] rates = new double[threads];
        List<Thread> others = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            int index = i;
            others.add(Thread.ofPlatform().daemon().start(() -> rates[index] = rate(seconds)));
        }
        rates[0] = rate(seconds);
        double sum = 0;
        for (int i = 0; i < threads; i++) {
            if (i > 0) {
                join(others.get(i - 1));
            }
            sum += rates[i];
        }
        return sum;
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring the processor", e);
        }
    }

    private static double rate(double seconds) {
        float[] sums = new float[LANES.length()];
        long start = System.nanoTime();
        long calls = 0;
        long elapsed = 0;
        while (elapsed * NANOSECONDS < seconds) {
            multiplyAdd(sums);
            calls++;
            elapsed = System.nanoTime() - start;
        }
        return 2.0 * CHAINS * ROUNDS * LANES.length() * calls / (elapsed * NANOSECONDS);
    }

    /** One variable a chain: an array of vectors would go through memory. */
    private static void multiplyAdd(float[] sums) {
        FloatVector factor = FloatVector.broadcast(LANES, 0.999f);
        FloatVector term = FloatVector.broadcast(LANES, 0.001f);
        FloatVector a = FloatVector.fromArray(LANES, sums, 0);
        FloatVector b = a.add(1);
        FloatVector c = a.add(2);
        FloatVector d = a.add(3);
        FloatVector e = a.add(4);
        FloatVector f = a.add(5);
        FloatVector g = a.add(6);
        FloatVector h = a.add(7);
        FloatVector i = a.add(8);
        FloatVector j = a.add(9);
        FloatVector k = a.add(10);
        FloatVector l = a.add(11);
        for (int round = 0; round < ROUNDS; round++) {
            a = a.fma(factor, term);
            b = b.fma(factor, term);
            c = c.fma(factor, term);
            d = d.fma(factor, term);
            e = e.fma(factor, term);
            f = f.fma(factor, term);
            g = g.fma(factor, term);
            h = h.fma(factor, term);
            i = i.fma(factor, term);
            j = j.fma(factor, term);
            k = k.fma(factor, term);
            l = l.fma(factor, term);
        }
        a.add(b).add(c).add(d).add(e).add(f).add(g).add(h).add(i).add(j).add(k).add(l).intoArray(sums, 0);
    }
}
