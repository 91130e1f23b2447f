package lobule.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import lobule.file.InputException;
import org.junit.jupiter.api.Test;

class IntensityTest {
    private final Grid grid = new Grid(3, 2, 1, Affine.ofSpacing(1, 1, 1));

    @Test
    void clipsAndScalesHounsfieldUnits() {
        IntensityWindow window = IntensityWindow.SOFT_TISSUE;
        assertEquals(-1, window.apply(-1000f));
        assertEquals(-1, window.apply(-160f));
        assertEquals(0, window.apply(40f));
        assertEquals(0.5f, window.apply(140f));
        assertEquals(1, window.apply(3000f));
        assertEquals(new IntensityWindow(-160, 240, 40, 200), window);
        assertEquals(-0.5f, new IntensityWindow(-100, 100, 0, 200).apply(-300f));
        Volume volume = Geometry.counting(grid);
        assertEquals((5f - 40) / 200, window.apply(volume, Arena.ofAuto()).at(2, 1, 0));
        assertEquals(5, volume.at(2, 1, 0), "the volume itself stays as it is");
    }

    @Test
    void refusesWindowsThatAreNone() {
        assertThrows(InputException.class, () -> IntensityWindow.of(240, -160));
        assertThrows(InputException.class, () -> IntensityWindow.of(40, 40));
        assertThrows(InputException.class, () -> IntensityWindow.of(Float.NaN, 40));
        assertThrows(InputException.class, () -> new IntensityWindow(0, 1, 0, 0));
    }

    @Test
    void foregroundIsWhatIsNeitherBackgroundNorIgnored() {
        assertTrue(Mask.isForeground((byte) 2) && Mask.isForeground((byte) 254));
        assertTrue(!Mask.isForeground((byte) 0) && !Mask.isForeground((byte) 255));
    }
}
