package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import lobule.device.cpu.machine.Lanes;

/** Brings blocks of tiles from Winograd's domain back to an activation, by A^T. */
final class WinogradOutput {
    private final WinogradTiles tiles;
    private final CubeGrid cubes;
    private final FrequencyBlock block;
    private final CubeTransform direct;
    private final CubeTransform scattered;

    WinogradOutput(WinogradTiles tiles, FrequencyBlock block) {
        this.tiles = tiles;
        this.cubes = tiles.written();
        this.block = block;
        WinogradDomain domain = tiles.domain();
        AxisTransform axis = domain.tile().axis();
        Strides frequencies = domain.frequencies(block.stride());
        int span = domain.tile().span();
        this.direct = domain.transform(axis::output, span, cubes.span(), frequencies, cubes.strides());
        this.scattered = domain.transform(axis::output, span, cubes.span(), frequencies, cubes.compact());
    }

    /**
     * Writes the tiles of a block.
     *
     * @param first   tile of the block
     * @param from    index in {@code memory} of the block
     * @param scratch index in {@code memory} of {@link WinogradTiles#scratchBytes}
     */
    void transform(MemorySegment memory, long from, long first, MemorySegment y, long scratch) {
        int count = (int) Math.min(block.tiles(), cubes.count() - first);
        for (int tile = 0; tile < count; tile++) {
            long cube = first + tile;
            long at = from + (long) tile * block.rowStride();
            if (cubes.direct(cube)) {
                channels(direct, memory, at, y, cubes.first(cube), scratch);
            } else {
                long alone = scratch + tiles.lineFloats();
                channels(scattered, memory, at, memory, alone, scratch);
                cubes.scatter(cube, memory, alone, y);
            }
        }
    }

    private void channels(CubeTransform transform, MemorySegment memory, long at, MemorySegment to, long index,
                          long lines) {
        for (int c = 0; c < block.rowStride(); c += Lanes.COUNT) {
            transform.run(memory, at + c, to, index + c, memory, lines);
        }
    }
}
