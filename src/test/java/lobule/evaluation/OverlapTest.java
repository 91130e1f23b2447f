package lobule.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import lobule.image.Affine;
import lobule.image.Grid;
import lobule.image.Mask;
import org.junit.jupiter.api.Test;

class OverlapTest {

    private static Mask mask(int... labels) {
        Mask mask = Mask.allocate("mask", new Grid(labels.length, 1, 1, Affine.ofSpacing(1, 1, 1)), Arena.ofAuto());
        for (int x = 0; x < labels.length; x++) {
            mask.set(x, 0, 0, labels[x]);
        }
        return mask;
    }

    @Test
    void classesAreNotToldApartAndIgnoredVoxelsDoNotCount() {
        Overlap overlap = Overlap.of(mask(1, 2, 0, 1, 255, 255, 0), mask(2, 2, 1, 0, 1, 0, 0));
        assertEquals(new Overlap(2, 3, 3), overlap);
        assertEquals(0.5, overlap.jaccard());
        assertEquals(2.0 / 3, overlap.dice());
    }

    @Test
    void withoutAnyForegroundAgreementIsWhole() {
        assertTrue(Overlap.of(mask(0, 255), mask(0, 1)).isEmpty());
        assertFalse(Overlap.of(mask(0, 1), mask(0, 0)).isEmpty());
        Overlap none = Overlap.of(mask(0, 255), mask(0, 1));
        assertEquals(1, none.jaccard());
        assertEquals(1, none.dice());
        Overlap missed = Overlap.of(mask(1, 0), mask(0, 0));
        assertEquals(0, missed.jaccard());
        assertEquals(0, missed.dice());
    }

    @Test
    void masksOfOtherSizesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Overlap.of(mask(1), mask(1, 1)));
    }
}
