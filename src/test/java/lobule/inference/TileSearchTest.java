package lobule.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import lobule.data.PatchShape;
import lobule.device.Device;
import lobule.device.OutOfDeviceMemoryException;
import lobule.device.reference.ReferenceDevice;
import lobule.image.Affine;
import lobule.image.Grid;
import lobule.nn.UNetConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TileSearchTest {
    private static final UNetConfig NETWORK = UNetConfig.of(3, 1, 2, 8, 0);
    private static final long BYTES_PER_VOXEL = 100;

    private static Grid grid(long x, long y, long z) {
        return new Grid(x, y, z, Affine.ofSpacing(1, 1, 1));
    }

    private static TileSearch search(UNetConfig network, Grid... grids) {
        return new TileSearch(network, List.of(grids), tile -> BYTES_PER_VOXEL * tile.inputVoxels());
    }

    private static String find(long limit, Grid... grids) {
        return search(NETWORK, grids).find(limit).toString();
    }

    @Test
    void whereThereIsRoomOneTileCoversTheVolume() {
        assertEquals("116x108x124", find(Long.MAX_VALUE, grid(122, 101, 112)));
        assertEquals("4x4x4", find(Long.MAX_VALUE, grid(1, 4, 3)));
        assertEquals("4x12x4", find(Long.MAX_VALUE, grid(1, 5, 3)));
        assertEquals("516x516", search(UNetConfig.of(2, 1, 2, 8, 0), grid(512, 512, 99)).find(Long.MAX_VALUE)
                .toString());
    }

    @ParameterizedTest
    @ValueSource(longs = {110, 150, 200, 260, 330, 500})
    void noLegalTileThatFitsLeavesLessToRead(long inputEdge) {
        long limit = BYTES_PER_VOXEL * inputEdge * inputEdge * inputEdge;
        List<Grid> volumes = List.of(grid(122, 101, 112), grid(200, 60, 33));
        PatchShape found = search(NETWORK, volumes.get(0), volumes.get(1)).find(limit);
        assertTrue(BYTES_PER_VOXEL * found.inputVoxels() <= limit, found.toString());
        for (int d = 12; d <= 124; d += 8) {
            for (int h = 12; h <= 124; h += 8) {
                for (int w = 12; w <= 212; w += 8) {
                    PatchShape other = PatchShape.block(d, h, w, 44);
                    assertTrue(BYTES_PER_VOXEL * other.inputVoxels() > limit
                            || read(volumes, other) >= read(volumes, found), other + " is better than " + found);
                }
            }
        }
    }

    private static long read(List<Grid> volumes, PatchShape tile) {
        return volumes.stream().mapToLong(volume -> TileGrid.over(volume, tile).inputVoxels()).sum();
    }

    @Test
    void tooLittleMemoryIsSaid() {
        String message = assertThrows(OutOfDeviceMemoryException.class, () -> find(64 << 20, grid(122, 101, 112)))
                .getMessage();
        assertEquals("the network does not fit 64 MiB even with tiles of 12x12x12; give it more memory", message);
    }

    @Test
    void noTensorHasMoreElementsThanLibrariesCount() {
        PatchShape found = search(UNetConfig.of(3, 1, 2, 32, 0), grid(512, 512, 800)).find(Long.MAX_VALUE);
        assertTrue(64 * found.inputVoxels() <= Integer.MAX_VALUE, found.toString());
        assertTrue(found.outputVoxels() > 100 * 100 * 100, found.toString());
    }

    @Test
    void aDeviceSaysWhatTilesTake() {
        try (Device device = new ReferenceDevice(1)) {
            List<Long> bytes = new ArrayList<>();
            for (int size : new int[] {12, 60, 108}) {
                bytes.add(TileNetwork.bytes(device, NETWORK, PatchShape.block(size, size, size, 44)));
            }
            TileSearch search = new TileSearch(device, NETWORK, List.of(grid(108, 108, 108)));
            assertEquals("108x108x108", search.find(bytes.get(2)).toString());
            assertTrue(search.find(bytes.get(1)).outputVoxels() >= 60 * 60 * 60);
            assertTrue(TileNetwork.bytes(device, NETWORK, search.find(bytes.get(1))) <= bytes.get(1));
            assertThrows(OutOfDeviceMemoryException.class, () -> search.find(bytes.get(0) - 1));
        }
    }

    @Test
    void longAxesTakeNoLongerThanShortOnes() {
        Grid line = new Grid(1L << 40, 1, 1, Affine.ofSpacing(1, 1, 1));
        PatchShape tile = new TileSearch(UNetConfig.of(3, 1, 2, 1, 0), List.of(line), PatchShape::inputVoxels)
                .find(100_000_000);
        assertTrue(tile.width() > 4000 && tile.inputVoxels() <= 100_000_000, tile.toString());
    }
}
