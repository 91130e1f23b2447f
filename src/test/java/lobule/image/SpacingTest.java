package lobule.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SpacingTest {
    private static final Spacing THIN = new Spacing(0.7, 0.7, 1);

    @Test
    void isOfTheCanonicalAxes() {
        Affine sagittal = new Affine(new Vector(0, 2, 0), new Vector(0, 0, 3), new Vector(-5, 0, 0),
                new Vector(0, 0, 0));
        assertEquals(new Spacing(5, 2, 3), Spacing.of(new Grid(4, 4, 4, sagittal)));
    }

    @Test
    void anAxisFarFromTrainingIsDoubtedWithBoth() {
        assertTrue(new Spacing(0.7, 0.7, 5).doubt(THIN).orElseThrow().contains(
                "its spacing is 0.7x0.7x5 mm, in training it is 0.7x0.7x1 mm"));
        assertTrue(new Spacing(0.4, 0.7, 1).doubt(THIN).isPresent());
        assertEquals(Optional.empty(), new Spacing(0.9, 0.5, 1.5).doubt(THIN));
    }

    @Test
    void isStoredExactlyAndOtherTextIsNone() {
        Spacing odd = new Spacing(0.1, 1.0 / 3, 1e-5);
        assertEquals(Optional.of(odd), Spacing.parse(odd.stored()));
        for (String text : new String[] {"", "1x1", "1x1x0", "1x1xNaN", "1x1x1x1", "axbxc", "1x-1x1", "1x1xInfinity"}) {
            assertEquals(Optional.empty(), Spacing.parse(text), text);
        }
    }

    @Test
    void theMedianIsByAxis() {
        assertEquals(new Spacing(1, 2, 3), Spacing.median(List.of(new Spacing(1, 5, 3), new Spacing(1, 2, 9),
                new Spacing(8, 1, 2))));
    }
}
