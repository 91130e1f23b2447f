package lobule.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import lobule.file.InputException;
import org.junit.jupiter.api.Test;

class GridTest {
    private final Grid grid = new Grid(512, 512, 129, Geometry.oblique(3));

    @Test
    void saysWhatDiffers() {
        assertTrue(grid.sameAs(grid, 0));
        assertDiffers("size", new Grid(512, 512, 130, grid.affine()));
        Affine a = grid.affine();
        assertDiffers("spacing", new Grid(512, 512, 129,
                new Affine(a.xStep().times(1.01), a.yStep(), a.zStep(), a.origin())));
        Affine moved = new Affine(a.xStep(), a.yStep(), a.zStep(), a.origin().plus(new Vector(0, 0.5, 0)));
        assertDiffers("0.500 mm apart", new Grid(512, 512, 129, moved));
        assertTrue(grid.sameAs(new Grid(512, 512, 129, moved), 0.51));
        Affine flipped = new Affine(a.xStep().times(-1), a.yStep(), a.zStep(), a.origin());
        assertDiffers("apart", new Grid(512, 512, 129, flipped));
        Affine nowhere = new Affine(a.xStep(), a.yStep(), a.zStep(), new Vector(Double.NaN, 0, 0));
        assertDiffers("apart", new Grid(512, 512, 129, nowhere));
    }

    private void assertDiffers(String how, Grid other) {
        assertFalse(grid.sameAs(other, 0.05));
        String difference = grid.difference(other, 0.05).orElseThrow();
        assertTrue(difference.contains(how), difference);
    }

    @Test
    void countsBeyondTwoToThe31() {
        Grid large = new Grid(3000, 3000, 3000, Affine.ofSpacing(1, 1, 1));
        assertEquals(27_000_000_000L, large.voxels());
        assertEquals(large.voxels() - 1, large.index(2999, 2999, 2999));
        assertThrows(ArithmeticException.class, () -> new Grid(1L << 40, 1L << 40, 1, Affine.ofSpacing(1, 1, 1)));
        assertThrows(IllegalArgumentException.class, () -> new Grid(1, 0, 1, Affine.ofSpacing(1, 1, 1)));
    }

    @Test
    void refusesAVolumeLargerThanMemoryInASentence() {
        Grid large = new Grid(1 << 20, 1 << 20, 1 << 10, Affine.ofSpacing(1, 1, 1));
        String message = assertThrows(InputException.class,
                () -> Volume.allocate("ct", large, Arena.ofAuto())).getMessage();
        assertTrue(message.startsWith("ct:") && message.contains("MiB"), message);
    }
}
