package lobule.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import org.junit.jupiter.api.Test;

class OrientationTest {

    @Test
    void bringsEveryAxisOrderToRasAndBack() {
        for (int way = 0; way < 48; way++) {
            Orientation orientation = roundTrip(new Grid(3, 4, 5, Geometry.axisAligned(way)));
            assertEquals("RAS", Orientation.of(orientation.canonical()).code());
        }
    }

    @Test
    void bringsObliqueGridsToTheNearestOrderAndBack() {
        for (int seed = 0; seed < 200; seed++) {
            roundTrip(new Grid(2 + seed % 3, 1 + seed % 4, 3 + seed % 2, Geometry.oblique(seed)));
        }
    }

    /** Each voxel must keep its value at its place in the patient. */
    private static Orientation roundTrip(Grid grid) {
        Volume volume = Geometry.counting(grid);
        Orientation orientation = Orientation.of(grid);
        Volume canonical = orientation.toCanonical(volume, Arena.ofAuto());
        Affine affine = canonical.grid().affine();
        for (long z = 0; z < canonical.grid().sizeZ(); z++) {
            for (long y = 0; y < canonical.grid().sizeY(); y++) {
                for (long x = 0; x < canonical.grid().sizeX(); x++) {
                    long index = (long) canonical.at(x, y, z);
                    long beforeZ = index / grid.sizeX() / grid.sizeY();
                    Vector before = grid.affine().apply(index % grid.sizeX(), index / grid.sizeX() % grid.sizeY(),
                            beforeZ);
                    assertEquals(0, before.plus(affine.apply(x, y, z).times(-1)).length(), 1e-9);
                }
            }
        }
        double ownAxes = affine.xStep().x() / canonical.grid().spacing(0)
                + affine.yStep().y() / canonical.grid().spacing(1) + affine.zStep().z() / canonical.grid().spacing(2);
        assertTrue(ownAxes >= 1.4, "axes run along R, A, S as far as any order lets them: " + ownAxes);
        Volume back = orientation.toOriginal(canonical, Arena.ofAuto());
        assertEquals(grid, back.grid());
        assertEquals(-1, back.voxels().mismatch(volume.voxels()));
        return orientation;
    }

    @Test
    void turnsMasksLikeVolumes() {
        Grid lps = new Grid(2, 3, 1, new Affine(new Vector(-1, 0, 0), new Vector(0, -1, 0), new Vector(0, 0, 1),
                new Vector(0, 0, 0)));
        Orientation orientation = Orientation.of(lps);
        assertEquals("LPS", orientation.code());
        Mask mask = Mask.allocate("mask", lps, Arena.ofAuto());
        mask.set(0, 0, 0, 7);
        Mask canonical = orientation.toCanonical(mask, Arena.ofAuto());
        assertEquals(7, canonical.at(1, 2, 0));
        assertEquals(7, orientation.toOriginal(canonical, Arena.ofAuto()).at(0, 0, 0));
    }

    @Test
    void leavesCanonicalVolumesAlone() {
        Volume volume = Geometry.counting(new Grid(2, 2, 2, Affine.ofSpacing(1, 1, 1)));
        Orientation orientation = Orientation.of(volume.grid());
        assertTrue(orientation.isCanonical());
        assertSame(volume, orientation.toCanonical(volume, Arena.ofAuto()));
        Volume other = Geometry.counting(new Grid(2, 2, 3, Affine.ofSpacing(1, 1, 1)));
        assertThrows(IllegalArgumentException.class, () -> orientation.toCanonical(other, Arena.ofAuto()));
    }

    @Test
    void choosesTheSameOrderForAnExactDiagonal() {
        double half = Math.sqrt(0.5);
        Affine diagonal = new Affine(new Vector(half, half, 0), new Vector(-half, half, 0), new Vector(0, 0, 1),
                new Vector(0, 0, 0));
        assertEquals("RAS", Orientation.of(new Grid(2, 2, 2, diagonal)).code());
    }
}
