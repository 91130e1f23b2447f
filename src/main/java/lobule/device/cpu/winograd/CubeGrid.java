package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.VectorMask;
import lobule.device.cpu.machine.Extents;
import lobule.device.cpu.machine.Lanes;

/**
 * Cubes of voxels of an activation, NDHWC (in 2D squares, of depth 1): cube (n, z, y, x) begins at voxel
 * step · (z, y, x) - padding of sample n. They may overlap, and reach past the activation, where it counts as 0.
 *
 * @param first first of the channels that the cubes have
 * @param channels how many
 * @param deep number of cubes along d, as high along h and wide along w
 * @param step voxels from a cube to the next
 * @param span voxels of a cube along each axis
 * @param rank 2 or 3 spatial axes
 */
record CubeGrid(Extents activation, int first, int channels, long deep, long high, long wide, int step, int span,
                int padding, int rank) {
    /** Cubes side by side over all of an activation. */
    static CubeGrid covering(Extents activation, WinogradDomain domain) {
        int step = domain.tile().outputs();
        long deep = domain.rank() == 3 ? Math.ceilDiv(activation.depth(), step) : 1;
        return new CubeGrid(activation, 0, activation.channels(), deep, Math.ceilDiv(activation.height(), step),
                Math.ceilDiv(activation.width(), step), step, step, 0, domain.rank());
    }

    /** As many cubes of another activation, each of {@code span} voxels along an axis. */
    CubeGrid over(Extents other, int otherSpan, int otherPadding) {
        return new CubeGrid(other, 0, other.channels(), deep, high, wide, step, otherSpan, otherPadding, rank);
    }

    /** The same with some of the channels. */
    CubeGrid withChannels(int start, int count) {
        return new CubeGrid(activation, start, count, deep, high, wide, step, span, padding, rank);
    }

    /** All cubes of all samples, counted along w first. */
    long count() {
        return activation.batch() * deep * high * wide;
    }

    private int spanDepth() {
        return rank == 3 ? span : 1;
    }

    private int voxels() {
        return spanDepth() * span * span;
    }

    /** Floats of one voxel of a cube by itself: whole vectors. */
    int paddedChannels() {
        return Lanes.padded(channels);
    }

    /** Floats of one cube by itself. */
    long floats() {
        return (long) voxels() * paddedChannels();
    }

    private long depth(long cube) {
        return rank == 3 ? cube / wide / high % deep * step - padding : 0;
    }

    private long height(long cube) {
        return cube / wide % high * step - padding;
    }

    private long width(long cube) {
        return cube % wide * step - padding;
    }

    private long sample(long cube) {
        return cube / wide / high / deep;
    }

    /** Whether the activation has all of a cube, in whole vectors of channels. */
    boolean direct(long cube) {
        return channels % Lanes.COUNT == 0 && inside(depth(cube), spanDepth(), activation.depth())
                && inside(height(cube), span, activation.height()) && inside(width(cube), span, activation.width());
    }

    private static boolean inside(long start, int length, long size) {
        return start >= 0 && start + length <= size;
    }

    /** Index of the first channel of a cube's first voxel, which need not be there. */
    long first(long cube) {
        return activation.index(sample(cube), depth(cube), height(cube), width(cube)) + first;
    }

    /** Distances of two voxels in the activation. */
    Strides strides() {
        long width = activation.channels();
        return new Strides(width * activation.width() * activation.height(), width * activation.width(), width);
    }

    /** Distances of two voxels of a cube by itself. */
    Strides compact() {
        return Strides.compact(span, paddedChannels());
    }

    /** Copies a cube, zeros where the activation ends, to its voxels one after another, in whole vectors each. */
    void gather(long cube, MemorySegment from, MemorySegment to, long at) {
        int left = before(width(cube));
        int right = within(width(cube), activation.width());
        int padded = paddedChannels();
        for (int row = 0; row < spanDepth() * span; row++) {
            long place = at + (long) row * span * padded;
            if (left >= right || !rowInside(cube, row)) {
                Lanes.clear(to, place, place + (long) span * padded);
            } else {
                Lanes.clear(to, place, place + (long) left * padded);
                long index = index(cube, row, left);
                for (int w = left; w < right; w++) {
                    read(from, index + (long) (w - left) * activation.channels(), to, place + (long) w * padded);
                }
                Lanes.clear(to, place + (long) right * padded, place + (long) span * padded);
            }
        }
    }

    /** The other way: copies those voxels of a cube that the activation has. */
    void scatter(long cube, MemorySegment from, long at, MemorySegment to) {
        int left = before(width(cube));
        int right = within(width(cube), activation.width());
        int padded = paddedChannels();
        for (int row = 0; row < spanDepth() * span; row++) {
            if (left < right && rowInside(cube, row)) {
                long place = at + (long) row * span * padded;
                long index = index(cube, row, left);
                for (int w = left; w < right; w++) {
                    write(from, place + (long) w * padded, to, index + (long) (w - left) * activation.channels());
                }
            }
        }
    }

    /** Voxels of a row before the activation begins. */
    private int before(long start) {
        return Math.clamp(-start, 0, span);
    }

    /** Voxels of a row until the activation ends. */
    private int within(long start, long size) {
        return Math.clamp(size - start, 0, span);
    }

    /** Whether the activation has row d · span + h of a cube. */
    private boolean rowInside(long cube, int row) {
        long d = depth(cube) + row / span;
        long h = height(cube) + row % span;
        return d >= 0 && d < activation.depth() && h >= 0 && h < activation.height();
    }

    /** Index of a cube's voxel in the activation, which has it. */
    private long index(long cube, int row, int w) {
        return activation.index(sample(cube), depth(cube) + row / span, height(cube) + row % span, width(cube) + w)
                + first;
    }

    private void read(MemorySegment from, long start, MemorySegment to, long place) {
        int c = 0;
        for (; c + Lanes.COUNT <= channels; c += Lanes.COUNT) {
            Lanes.store(Lanes.load(from, start + c), to, place + c);
        }
        if (c < channels) {
            VectorMask<Float> rest = Lanes.FLOATS.indexInRange(c, channels);
            Lanes.store(Lanes.load(from, start + c, rest), to, place + c);
        }
    }

    private void write(MemorySegment from, long start, MemorySegment to, long place) {
        int c = 0;
        for (; c + Lanes.COUNT <= channels; c += Lanes.COUNT) {
            Lanes.store(Lanes.load(from, start + c), to, place + c);
        }
        if (c < channels) {
            VectorMask<Float> rest = Lanes.FLOATS.indexInRange(c, channels);
            Lanes.store(Lanes.load(from, start + c), to, place + c, rest);
        }
    }
}
