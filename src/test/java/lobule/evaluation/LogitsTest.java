package lobule.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class LogitsTest {

    /** Class by class, as a network gives them. */
    private static Logits logits(int classes, float... values) {
        return new Logits(MemorySegment.ofArray(values), classes, values.length / classes);
    }

    @Test
    void theLargestWinsAndTheLowestClassOnTies() {
        Logits logits = logits(3, 1, 5, -2, 2, 5, -3, 0, 4, -1);
        assertEquals(1, logits.label(0));
        assertEquals(0, logits.label(1));
        assertEquals(2, logits.label(2));
    }

    private static float log(double value) {
        return (float) Math.log(value);
    }

    @Test
    void theForegroundIsAllButClassZero() {
        Logits logits = logits(3, log(2), 1000, -1000, log(3), 0, 0, log(5), 0, 0);
        assertEquals(0.8, logits.foregroundProbability(0), 1e-6);
        assertEquals(0, logits.foregroundProbability(1));
        assertEquals(1, logits.foregroundProbability(2));
    }

    @Test
    void whatIsNotFiniteIsSeen() {
        assertTrue(logits(2, Float.MAX_VALUE, Float.MAX_VALUE, -1, 0).isFinite());
        assertFalse(logits(2, 1, 2, Float.NaN, 4).isFinite());
        assertFalse(logits(2, Float.POSITIVE_INFINITY, 2, Float.NEGATIVE_INFINITY, 4).isFinite());
    }

    @Test
    void anotherSizeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Logits(MemorySegment.ofArray(new float[5]), 2, 3));
    }
}
