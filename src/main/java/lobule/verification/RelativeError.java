package lobule.verification;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Sums up ‖ours − reference‖ / ‖reference‖ (Euclidean) over any number of elements. */
final class RelativeError {
    private double difference;
    private double reference;
    private long elements;

    /** Over all elements of two tensors of floats. */
    static RelativeError of(MemorySegment ours, MemorySegment expected) {
        RelativeError error = new RelativeError();
        for (long at = 0; at < ours.byteSize(); at += Float.BYTES) {
            error.add(ours.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at),
                    expected.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at));
        }
        return error;
    }

    void add(double ours, double expected) {
        difference += (ours - expected) * (ours - expected);
        reference += expected * expected;
        elements++;
    }

    void add(RelativeError other) {
        difference += other.difference;
        reference += other.reference;
        elements += other.elements;
    }

    /** NaN where nothing was compared or anything was NaN; infinite where only the reference is all 0. */
    double value() {
        if (elements == 0) {
            return Double.NaN;
        }
        return difference == 0 ? 0 : Math.sqrt(difference / reference);
    }

    long elements() {
        return elements;
    }
}
