package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import lobule.device.cpu.machine.Lanes;

/** Takes blocks of cubes of an activation to Winograd's domain. */
final class WinogradInput {
    /** The transform of one vector of channels of a cube. */
    interface Transform {
        void run(MemorySegment cube, long from, WinogradTransform.Strides strides, MemorySegment memory, long first,
                 long frequency, long lines);
    }

    private final CubeGrid cubes;
    private final FrequencyBlock block;
    private final Transform transform;
    private final WinogradTransform.Strides strides;
    private final WinogradTransform.Strides compact;

    WinogradInput(CubeGrid cubes, FrequencyBlock block, Transform transform) {
        this.cubes = cubes;
        this.block = block;
        this.transform = transform;
        this.strides = WinogradTransform.Strides.of(cubes);
        this.compact = WinogradTransform.Strides.compact(cubes);
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
            long at = to + (long) tile * block.channels();
            if (cube >= cubes.count()) {
                clear(memory, at);
            } else if (cubes.inside(cube)) {
                channels(x, cubes.first(cube), strides, memory, at, scratch);
            } else {
                long alone = scratch + WinogradTransform.LINE_FLOATS;
                cubes.gather(cube, x, memory, alone);
                channels(memory, alone, compact, memory, at, scratch);
            }
        }
    }

    private void channels(MemorySegment from, long index, WinogradTransform.Strides distances, MemorySegment memory,
                          long at, long lines) {
        for (int c = 0; c < block.channels(); c += Lanes.COUNT) {
            transform.run(from, index + c, distances, memory, at + c, block.stride(), lines);
        }
    }

    private void clear(MemorySegment memory, long at) {
        for (int frequency = 0; frequency < FrequencyBlock.FREQUENCIES; frequency++) {
            long start = at + frequency * block.stride();
            Lanes.clear(memory, start, start + block.channels());
        }
    }
}
