package lobule.train;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import lobule.data.PatchShape;

/**
 * Memory outside the heap for one mini-batch.
 *
 * @param input  (1, 1, D, H, W) of the padded patch, floats
 * @param target (1, D', H', W') labels
 */
record HostPatch(MemorySegment input, MemorySegment target) {
    private static final long ALIGNMENT = 64;

    static HostPatch allocate(Arena arena, PatchShape shape) {
        return new HostPatch(arena.allocate(Math.multiplyExact(shape.inputVoxels(), (long) Float.BYTES), ALIGNMENT),
                arena.allocate(shape.outputVoxels(), ALIGNMENT));
    }
}
