package lobule.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import lobule.data.Patch;
import lobule.data.PatchShape;
import lobule.file.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileGridTest {

    @ParameterizedTest
    @CsvSource({"12, 12, 12", "20, 12, 28", "28, 44, 12", "4, 60, 12"})
    void everyVoxelIsTakenFromExactlyOneTile(int d, int h, int w) {
        PatchShape shape = PatchShape.block(d, h, w, 44);
        for (int[] size : new int[][] {{4, 13, 12}, {1, 1, 1}, {3, 31, 29}, {4, 60, 100}, {2, 61, 9}}) {
            assertCoveredOnce(new TileGrid(shape, size[0], size[1], size[2]));
        }
        for (int depth = 1; depth < 40 && d > 4; depth++) {
            assertCoveredOnce(new TileGrid(shape, depth, 17, 41 - depth));
        }
    }

    @Test
    void a2DNetworkTakesSliceBySlice() {
        TileGrid tiles = new TileGrid(PatchShape.slice(12, 20, 44), 5, 30, 20);
        assertEquals(5 * 4, tiles.count());
        assertCoveredOnce(tiles);
        assertEquals(2, tiles.tile(8).patch().z());
    }

    private static void assertCoveredOnce(TileGrid tiles) {
        int[] taken = new int[(int) tiles.voxels()];
        for (long i = 0; i < tiles.count(); i++) {
            Tile tile = tiles.tile(i);
            Patch patch = tile.patch();
            assertTrue(tile.depth() <= tiles.shape().depth() && tile.height() <= tiles.shape().height()
                    && tile.width() <= tiles.shape().width(), tile + " takes more than the network gives");
            for (long z = patch.z(); z < patch.z() + tile.depth(); z++) {
                for (long y = patch.y(); y < patch.y() + tile.height(); y++) {
                    for (long x = patch.x(); x < patch.x() + tile.width(); x++) {
                        taken[(int) ((z * tiles.height() + y) * tiles.width() + x)]++;
                    }
                }
            }
        }
        assertTrue(Arrays.stream(taken).allMatch(times -> times == 1), tiles.toString());
    }

    /** Elsewhere pooling would meet other neighbours. */
    @Test
    void tilesBeginAtMultiplesOfEight() {
        TileGrid tiles = new TileGrid(PatchShape.block(12, 20, 28, 44), 50, 70, 90);
        for (long i = 0; i < tiles.count(); i++) {
            Patch patch = tiles.tile(i).patch();
            assertEquals(0, patch.z() % 8 + patch.y() % 8 + patch.x() % 8, patch.toString());
        }
    }

    @Test
    void asFewTilesAsWillDo() {
        PatchShape shape = PatchShape.block(12, 12, 12, 44);
        assertEquals(1, new TileGrid(shape, 12, 12, 12).count());
        assertEquals(2 * 2 * 3, new TileGrid(shape, 13, 20, 21).count());
    }

    @Test
    void aSizeThatCannotAdvanceIsRefused() {
        String message = assertThrows(InputException.class,
                () -> new TileGrid(PatchShape.block(12, 4, 12, 44), 5, 5, 5)).getMessage();
        assertEquals("a tile's height is 4, expected at least 12 in a volume of 5 there: tiles begin a multiple of 8"
                + " voxels apart.", message);
    }

    @Test
    void theBorderIsWhatIsReadBesideTheVolume() {
        TileGrid one = new TileGrid(PatchShape.block(12, 12, 12, 44), 12, 12, 12);
        assertEquals(1 - 12.0 * 12 * 12 / (100 * 100 * 100), one.borderShare(), 1e-12);
        TileGrid larger = new TileGrid(PatchShape.block(108, 108, 108, 44), 108, 108, 108);
        assertTrue(larger.borderShare() < one.borderShare());
        assertEquals(1 - 20.0 * 20 * 3 / (3 * 4 * 100 * 100),
                new TileGrid(PatchShape.slice(12, 12, 44), 3, 20, 20).borderShare(), 1e-12);
    }
}
