package lobule.report;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** A curve to draw: y over x, NaN where it is interrupted. */
record Curve(double[] x, double[] y) {

    static Curve of(List<CurvePoint> points, ToDoubleFunction<CurvePoint> value) {
        return new Curve(points.stream().mapToDouble(CurvePoint::step).toArray(),
                points.stream().mapToDouble(value).map(y -> Double.isFinite(y) ? y : Double.NaN).toArray());
    }

    int size() {
        return x.length;
    }

    /** Without the gaps: measurements taken only now and then are joined. */
    Curve joined() {
        int[] present = IntStream.range(0, size()).filter(i -> !Double.isNaN(y[i])).toArray();
        return new Curve(Arrays.stream(present).mapToDouble(i -> x[i]).toArray(),
                Arrays.stream(present).mapToDouble(i -> y[i]).toArray());
    }

    /**
     * At most three points a bucket of neighbours: its smallest and largest value, in their order, so that no spike is
     * lost, and a gap where there is one.
     */
    Curve thinned(int buckets) {
        if (size() <= 2 * buckets) {
            return this;
        }
        double[] thinX = new double[3 * buckets];
        double[] thinY = new double[3 * buckets];
        int kept = 0;
        for (int bucket = 0; bucket < buckets; bucket++) {
            int from = (int) ((long) size() * bucket / buckets);
            int to = (int) ((long) size() * (bucket + 1) / buckets);
            for (int i : landmarks(from, to)) {
                thinX[kept] = x[i];
                thinY[kept++] = y[i];
            }
        }
        return new Curve(Arrays.copyOf(thinX, kept), Arrays.copyOf(thinY, kept));
    }

    private int[] landmarks(int from, int to) {
        int smallest = -1;
        int largest = -1;
        int gap = -1;
        for (int i = from; i < to; i++) {
            if (Double.isNaN(y[i])) {
                gap = i;
            } else {
                smallest = smallest < 0 || y[i] < y[smallest] ? i : smallest;
                largest = largest < 0 || y[i] > y[largest] ? i : largest;
            }
        }
        return IntStream.of(smallest, largest, gap).filter(i -> i >= 0).sorted().distinct().toArray();
    }

    /**
     * With a gap after its end, which draws nothing: XChart takes evenly spaced x for categories, and labels them by
     * their own multiples (0, 13, 26, …) instead of round numbers.
     */
    Curve unevenlySpaced() {
        double[] longerX = Arrays.copyOf(x, size() + 2);
        double[] longerY = Arrays.copyOf(y, size() + 2);
        for (int i = 0; i < 2; i++) {
            longerX[size() + i] = x[size() - 1] + 0.1 + 0.3 * i;
            longerY[size() + i] = Double.NaN;
        }
        return new Curve(longerX, longerY);
    }

    /** The last measured value, NaN where there is none. */
    double last() {
        Curve joined = joined();
        return joined.size() == 0 ? Double.NaN : joined.y[joined.size() - 1];
    }
}
