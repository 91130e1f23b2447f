package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import lobule.device.cpu.machine.Lanes;

/** Brings blocks of tiles from Winograd's domain back to an activation. */
final class WinogradOutput {
    private final CubeGrid cubes;
    private final FrequencyBlock block;
    private final WinogradTransform.Strides strides;
    private final WinogradTransform.Strides compact;

    WinogradOutput(CubeGrid cubes, FrequencyBlock block) {
        this.cubes = cubes;
        this.block = block;
        this.strides = WinogradTransform.Strides.of(cubes);
        this.compact = WinogradTransform.Strides.compact(cubes);
    }

    /**
     * Writes the tiles of a block.
     *
     * @param first   tile of the block
     * @param from    index in {@code memory} of the block
     * @param scratch index in {@code memory} of {@link WinogradTiles#scratchBytes}
     */
    void transform(MemorySegment memory, long from, long first, MemorySegment y, long scratch) {
        int tiles = (int) Math.min(block.tiles(), cubes.count() - first);
        for (int tile = 0; tile < tiles; tile++) {
            long cube = first + tile;
            long at = from + (long) tile * block.channels();
            if (cubes.inside(cube)) {
                channels(memory, at, y, cubes.first(cube), strides, scratch);
            } else {
                long alone = scratch + WinogradTransform.LINE_FLOATS;
                channels(memory, at, memory, alone, compact, scratch);
                cubes.scatter(cube, memory, alone, y);
            }
        }
    }

    private void channels(MemorySegment memory, long at, MemorySegment to, long index,
                          WinogradTransform.Strides distances, long lines) {
        for (int c = 0; c < block.channels(); c += Lanes.COUNT) {
            WinogradTransform.output(memory, at + c, block.stride(), to, index + c, distances, lines);
        }
    }
}
