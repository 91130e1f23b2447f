package lobule.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.HashMap;
import java.util.Map;
import lobule.file.InputException;
import org.junit.jupiter.api.Test;

class PatchSamplerTest {

    @Test
    void overfitsThePatchThatCountingFinds() {
        long[][] sizes = {{9, 8, 7}, {5, 3, 1}, {2, 9, 3}, {1, 1, 1}, {12, 4, 6}};
        PatchShape[] shapes = {
            PatchShape.block(3, 2, 4, 44), PatchShape.block(4, 4, 4, 1), PatchShape.slice(3, 3, 44),
            PatchShape.block(1, 1, 1, 0), PatchShape.block(20, 20, 20, 44), PatchShape.block(2, 9, 3, 0)
        };
        for (int seed = 0; seed < 12; seed++) {
            for (long[] size : sizes) {
                LabelledVolume volume = Volumes.random(size[0], size[1], size[2], seed / 12.0, seed);
                for (PatchShape shape : shapes) {
                    if (volume.foregroundVoxels() > 0) {
                        assertEquals(byCounting(volume, shape), new PatchSampler(volume, shape, true).overfit());
                    }
                }
            }
        }
    }

    private static Patch byCounting(LabelledVolume volume, PatchShape shape) {
        Patch best = null;
        double bestMiss = Double.POSITIVE_INFINITY;
        for (long z = 0; z <= Math.max(0, volume.grid().sizeZ() - shape.depth()); z++) {
            for (long y = 0; y <= Math.max(0, volume.grid().sizeY() - shape.height()); y++) {
                for (long x = 0; x <= Math.max(0, volume.grid().sizeX() - shape.width()); x++) {
                    double miss = Math.abs(count(volume, shape, z, y, x) / (double) shape.outputVoxels() - 0.5);
                    if (miss < bestMiss) {
                        bestMiss = miss;
                        best = new Patch(shape, z, y, x);
                    }
                }
            }
        }
        return best;
    }

    private static long count(LabelledVolume volume, PatchShape shape, long z, long y, long x) {
        long count = 0;
        for (long d = z; d < Math.min(z + shape.depth(), volume.grid().sizeZ()); d++) {
            for (long h = y; h < Math.min(y + shape.height(), volume.grid().sizeY()); h++) {
                for (long w = x; w < Math.min(x + shape.width(), volume.grid().sizeX()); w++) {
                    count += volume.mask().at(w, h, d) == 1 ? 1 : 0;
                }
            }
        }
        return count;
    }

    @Test
    void findsTheOverfitPatchOfAFullCtInTwoSeconds() {
        LabelledVolume volume = Volumes.empty(512, 512, 129);
        for (long z = 40; z < 100; z++) {
            for (long y = 150; y < 350; y++) {
                for (long x = 60; x < 260; x++) {
                    volume.mask().set(x, y, z, 1);
                }
            }
        }
        PatchSampler sampler = new PatchSampler(volume, PatchShape.block(60, 60, 52, 44), true);
        ThreadMXBean thread = ManagementFactory.getThreadMXBean(); // not the wall clock: others may want the processor
        long start = thread.getCurrentThreadCpuTime();
        Patch patch = sampler.overfit();
        double seconds = (thread.getCurrentThreadCpuTime() - start) / 1e9;
        assertEquals(new Patch(patch.shape(), 10, 150, 60), patch);
        assertTrue(seconds < 2, seconds + " s");
    }

    @Test
    void drawsTheSamePatchForASeedAndStepWhateverWasDrawnBefore() {
        LabelledVolume volume = Volumes.random(40, 30, 20, 0.02, 3);
        PatchShape shape = PatchShape.block(4, 4, 4, 44);
        PatchSampler one = new PatchSampler(volume, shape, true);
        PatchSampler other = new PatchSampler(volume, shape, true);
        for (long step = 100; step >= 0; step--) {
            Patch late = one.random(7, step);
            assertEquals(late, other.random(7, step));
            assertEquals(late, one.random(7, step));
        }
        assertNotEquals(one.random(7, 0), one.random(8, 0));
        assertNotEquals(one.random(7, 0), one.random(7, 1));
        assertNotEquals(one.random(7, 1), one.random(8, 0), "seed and step are not just added");
    }

    @Test
    void takesOnlyPatchesWithForegroundWhereAskedTo() {
        LabelledVolume volume = Volumes.empty(30, 30, 30);
        volume.mask().set(29, 0, 13, 1);
        PatchSampler sampler = new PatchSampler(volume, PatchShape.block(4, 4, 4, 44), true);
        for (long step = 0; step < 200; step++) {
            assertTrue(sampler.random(1, step).hasForeground(volume.mask()));
        }
    }

    /** Chi-squared over all positions that qualify, by counting which do. */
    @Test
    void drawsEveryAdmissiblePositionEquallyOften() {
        LabelledVolume volume = Volumes.empty(6, 5, 4);
        volume.mask().set(0, 0, 0, 1);
        volume.mask().set(5, 4, 3, 1);
        volume.mask().set(3, 2, 1, 1);
        PatchShape shape = PatchShape.block(2, 2, 2, 0);
        requireUniform(new PatchSampler(volume, shape, false), 5 * 4 * 3);
        int withForeground = 0;
        for (int i = 0; i < 60; i++) {
            withForeground += new Patch(shape, i / 20, i / 5 % 4, i % 5).hasForeground(volume.mask()) ? 1 : 0;
        }
        requireUniform(new PatchSampler(volume, shape, true), withForeground);
    }

    @Test
    void reachesALoneVoxelFromEverySide() {
        LabelledVolume volume = Volumes.empty(9, 9, 9);
        volume.mask().set(4, 5, 3, 1);
        requireUniform(new PatchSampler(volume, PatchShape.block(2, 3, 4, 0), true), 2 * 3 * 4);
    }

    private static void requireUniform(PatchSampler sampler, int positions) {
        int draws = 200 * positions;
        Map<Patch, Integer> drawn = new HashMap<>();
        for (long step = 0; step < draws; step++) {
            drawn.merge(sampler.random(11, step), 1, Integer::sum);
        }
        assertEquals(positions, drawn.size());
        double chiSquared = drawn.values().stream().mapToDouble(n -> (n - 200.0) * (n - 200.0) / 200).sum();
        assertTrue(chiSquared < positions + 5 * Math.sqrt(2.0 * positions), "chi squared " + chiSquared);
    }

    @Test
    void refusesVolumesWithoutForeground() {
        LabelledVolume volume = Volumes.empty(5, 5, 5);
        volume.mask().set(1, 1, 1, 255);
        PatchShape shape = PatchShape.block(4, 4, 4, 44);
        assertThrows(InputException.class, () -> new PatchSampler(volume, shape, true));
        PatchSampler anywhere = new PatchSampler(volume, shape, false);
        assertThrows(InputException.class, anywhere::overfit);
        assertEquals(shape, anywhere.random(1, 1).shape());
    }

    @Test
    void staysAtTheOriginOfAVolumeSmallerThanThePatch() {
        LabelledVolume volume = Volumes.random(3, 50, 2, 0.5, 4);
        PatchSampler sampler = new PatchSampler(volume, PatchShape.block(4, 4, 4, 44), false);
        for (long step = 0; step < 50; step++) {
            Patch patch = sampler.random(1, step);
            assertEquals(0, patch.z() + patch.x());
            assertTrue(patch.y() >= 0 && patch.y() <= 46);
        }
    }
}
