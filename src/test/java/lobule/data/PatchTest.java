package lobule.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.LongStream;
import lobule.file.InputException;
import lobule.image.Grid;
import lobule.image.Mask;
import org.junit.jupiter.api.Test;

class PatchTest {
    private static final float GUARD = -12345;

    @Test
    void foldsWithoutRepeatingTheEdge() {
        String indices = "";
        for (long i = -9; i < 12; i++) {
            indices += Mirror.fold(i, 4);
        }
        assertEquals("3210" + "1" + "2321" + "0123" + "210" + "123" + "21", indices);
        assertEquals(0, Mirror.fold(-100, 1));
        assertEquals(1, Mirror.fold(-99, 2));
        assertEquals(3, Mirror.fold(2L * ((1L << 40) - 1) - 3, 1L << 40));
        assertEquals(1, Mirror.fold(Long.MIN_VALUE + 1, 2));
    }

    /** By walking: turn round at each end, one step at a time. */
    private static long walk(long index, long size) {
        long at = 0;
        long direction = size == 1 ? 0 : index < 0 ? -1 : 1;
        for (long step = 0; step < Math.abs(index); step++) {
            if (at + direction < 0 || at + direction >= size) {
                direction = -direction;
            }
            at += direction;
        }
        return at;
    }

    @Test
    void foldsLikeAWalkThatTurnsAtTheEnds() {
        for (long size = 1; size < 8; size++) {
            for (long index = -50; index < 50; index++) {
                assertEquals(walk(index, size), Mirror.fold(index, size), index + " of " + size);
            }
        }
    }

    @Test
    void copiesEveryPatchAsDefinedVoxelByVoxel() {
        long[][] sizes = {{7, 6, 5}, {1, 1, 1}, {1, 9, 2}, {3, 1, 4}, {2, 2, 2}, {20, 17, 13}};
        PatchShape[] shapes = {
            PatchShape.block(4, 4, 4, 44), PatchShape.block(3, 5, 2, 3), PatchShape.block(12, 12, 12, 0),
            PatchShape.slice(4, 5, 44), PatchShape.slice(12, 1, 2)
        };
        for (long[] size : sizes) {
            LabelledVolume volume = Volumes.random(size[0], size[1], size[2], 0.4, 1);
            for (PatchShape shape : shapes) {
                PatchPositions at = PatchPositions.inside(volume.grid(), shape);
                for (long corner = 0; corner < 8; corner++) { // at each border of the volume
                    requireCopies(volume, new Patch(shape, corner % 2 == 0 ? 0 : at.lastZ(),
                            corner / 2 % 2 == 0 ? 0 : at.lastY(), corner / 4 == 0 ? 0 : at.lastX()));
                }
                requireCopies(volume, new Patch(shape, at.lastZ() / 2, at.lastY() / 2, at.lastX() / 2));
            }
        }
    }

    private static void requireCopies(LabelledVolume volume, Patch patch) {
        PatchShape shape = patch.shape();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment input = arena.allocate(Float.BYTES * (shape.inputVoxels() + 1));
            MemorySegment target = arena.allocate(shape.outputVoxels() + 1);
            input.setAtIndex(ValueLayout.JAVA_FLOAT, shape.inputVoxels(), GUARD);
            target.set(ValueLayout.JAVA_BYTE, shape.outputVoxels(), (byte) 99);
            patch.copyInput(volume.image(), input);
            patch.copyTarget(volume.mask(), target);
            requireInput(volume, patch, input);
            requireTarget(volume, patch, target);
            assertEquals(GUARD, input.getAtIndex(ValueLayout.JAVA_FLOAT, shape.inputVoxels()), "nothing behind");
            assertEquals(99, target.get(ValueLayout.JAVA_BYTE, shape.outputVoxels()), "nothing behind");
        }
    }

    private static void requireInput(LabelledVolume volume, Patch patch, MemorySegment input) {
        PatchShape shape = patch.shape();
        int across = shape.rank() == 3 ? shape.padding() : 0;
        long[] sourceZ = walks(patch.z(), shape.depth(), across, volume.grid().sizeZ());
        long[] sourceY = walks(patch.y(), shape.height(), shape.padding(), volume.grid().sizeY());
        long[] sourceX = walks(patch.x(), shape.width(), shape.padding(), volume.grid().sizeX());
        long index = 0;
        for (long z : sourceZ) {
            for (long y : sourceY) {
                for (long x : sourceX) {
                    float expected = volume.image().at(x, y, z);
                    float copied = input.getAtIndex(ValueLayout.JAVA_FLOAT, index);
                    if (expected != copied) {
                        assertEquals(expected, copied, patch + " of " + volume.grid().sizeText() + " at " + index);
                    }
                    index++;
                }
            }
        }
        assertEquals(shape.inputVoxels(), index);
    }

    private static long[] walks(long origin, int output, int padding, long size) {
        return LongStream.range(origin - padding, origin + output + padding).map(i -> walk(i, size)).toArray();
    }

    private static void requireTarget(LabelledVolume volume, Patch patch, MemorySegment target) {
        PatchShape shape = patch.shape();
        Grid grid = volume.grid();
        boolean foreground = false;
        long index = 0;
        for (long z = patch.z(); z < patch.z() + shape.depth(); z++) {
            for (long y = patch.y(); y < patch.y() + shape.height(); y++) {
                for (long x = patch.x(); x < patch.x() + shape.width(); x++, index++) {
                    boolean inside = x < grid.sizeX() && y < grid.sizeY() && z < grid.sizeZ();
                    int expected = inside ? volume.mask().at(x, y, z) : Mask.IGNORE;
                    assertEquals((byte) expected, target.get(ValueLayout.JAVA_BYTE, index), patch + " at " + index);
                    foreground |= expected == 1;
                }
            }
        }
        assertEquals(foreground, patch.hasForeground(volume.mask()));
    }

    @Test
    void givesTheIntensitiesOfItsOutputWithoutPadding() {
        LabelledVolume volume = Volumes.random(9, 8, 7, 0.5, 2);
        Patch patch = new Patch(PatchShape.block(2, 3, 4, 44), 5, 4, 3).withoutPadding();
        float[] output = new float[2 * 3 * 4];
        patch.copyInput(volume.image(), MemorySegment.ofArray(output));
        assertEquals(volume.image().at(3, 4, 5), output[0]);
        assertEquals(volume.image().at(6, 6, 6), output[23]);
    }

    @Test
    void refusesShapesAndDestinationsThatDoNotFit() {
        assertThrows(InputException.class, () -> PatchShape.block(0, 4, 4, 44));
        assertThrows(InputException.class, () -> PatchShape.slice(4, 4, -1));
        assertThrows(InputException.class, () -> new PatchShape(2, 3, 4, 4, 44));
        assertThrows(InputException.class, () -> new PatchShape(4, 3, 4, 4, 44));
        LabelledVolume volume = Volumes.empty(4, 4, 4);
        Patch patch = new Patch(PatchShape.block(2, 2, 2, 1), 0, 0, 0);
        assertThrows(IllegalArgumentException.class,
                () -> patch.copyInput(volume.image(), MemorySegment.ofArray(new float[63])));
        assertThrows(IllegalArgumentException.class,
                () -> patch.copyTarget(volume.mask(), MemorySegment.ofArray(new byte[7])));
    }

    @Test
    void namesItsSizes() {
        PatchShape seed = PatchShape.block(60, 60, 52, 44);
        assertEquals("60x60x52", seed.toString());
        assertEquals(148L * 148 * 140, seed.inputVoxels());
        assertEquals("60x60", PatchShape.slice(60, 60, 44).toString());
        assertEquals(148L * 148, PatchShape.slice(60, 60, 44).inputVoxels());
    }
}
