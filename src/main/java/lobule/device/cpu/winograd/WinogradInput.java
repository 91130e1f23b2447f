package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import lobule.device.cpu.machine.Lanes;

/** Takes blocks of cubes of an activation to Winograd's domain. */
final class WinogradInput {
    private final WinogradTiles tiles;
    private final CubeGrid cubes;
    private final FrequencyBlock block;
    private final CubeTransform direct;
    private final CubeTransform gathered;

    private WinogradInput(WinogradTiles tiles, CubeGrid cubes, FrequencyBlock block, AxisTransform.Pass pass) {
        this.tiles = tiles;
        this.cubes = cubes;
        this.block = block;
        WinogradDomain domain = tiles.domain();
        Strides frequencies = domain.frequencies(block.stride());
        int span = domain.tile().span();
        this.direct = domain.transform(pass, cubes.span(), span, cubes.strides(), frequencies);
        this.gathered = domain.transform(pass, cubes.span(), span, cubes.compact(), frequencies);
    }

    /** Of the cubes that are read, by B^T. */
    static WinogradInput of(WinogradTiles tiles, FrequencyBlock block) {
        return new WinogradInput(tiles, tiles.read(), block, tiles.domain().tile().axis()::input);
    }

    /** Of the gradient by the cubes that are written, by A. */
    static WinogradInput ofGradient(WinogradTiles tiles, FrequencyBlock block) {
        return new WinogradInput(tiles, tiles.written(), block, tiles.domain().tile().axis()::outputGradient);
    }

    /**
     * Fills a block; tiles after the last are 0.
     *
     * @param first   tile of the block
     * @param to      index in {@code memory} of the block
     * @param scratch index in {@code memory} of {@link WinogradTiles#scratchBytes}
     */
    void transform(MemorySegment x, long first, MemorySegment memory, long to, long scratch) {
        for (int tile = 0; tile < block.tiles(); tile++) {
            long cube = first + tile;
            long at = to + (long) tile * block.rowStride();
            if (cube >= cubes.count()) {
                clear(memory, at);
            } else if (cubes.direct(cube)) {
                channels(direct, x, cubes.first(cube), memory, at, scratch);
            } else {
                long alone = scratch + tiles.lineFloats();
                cubes.gather(cube, x, memory, alone);
                channels(gathered, memory, alone, memory, at, scratch);
            }
        }
    }

    private void channels(CubeTransform transform, MemorySegment from, long index, MemorySegment memory, long at,
                          long lines) {
        for (int c = 0; c < block.rowStride(); c += Lanes.COUNT) {
            transform.run(from, index + c, memory, at + c, memory, lines);
        }
    }

    private void clear(MemorySegment memory, long at) {
        for (int frequency = 0; frequency < block.frequencies(); frequency++) {
            long start = at + frequency * block.stride();
            Lanes.clear(memory, start, start + block.rowStride());
        }
    }
}
