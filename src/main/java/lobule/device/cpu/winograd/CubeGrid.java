package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import lobule.device.cpu.machine.Extents;
import lobule.device.cpu.machine.Lanes;

/**
 * Cubes of voxels of an activation, NDHWC, two voxels apart along each axis: cube (n, z, y, x) begins at voxel
 * (2z, 2y, 2x) - padding of sample n. They may overlap, and reach past the activation, where it counts as 0.
 *
 * @param deep number of cubes along d, as high along h and wide along w
 * @param span voxels of a cube along each axis
 */
record CubeGrid(Extents activation, long deep, long high, long wide, int span, int padding) {
    static final int STEP = 2;
    private static final long ABSENT = -1;

    /** Cubes of 2x2x2 voxels side by side over all of an activation. */
    static CubeGrid covering(Extents activation) {
        return new CubeGrid(activation, Math.ceilDiv(activation.depth(), STEP), Math.ceilDiv(activation.height(), STEP),
                Math.ceilDiv(activation.width(), STEP), STEP, 0);
    }

    /** All cubes of all samples, counted along w first. */
    long count() {
        return activation.batch() * deep * high * wide;
    }

    /** Floats of one cube. */
    long floats() {
        return (long) span * span * span * activation.channels();
    }

    private long depth(long cube) {
        return cube / wide / high % deep * STEP - padding;
    }

    private long height(long cube) {
        return cube / wide % high * STEP - padding;
    }

    private long width(long cube) {
        return cube % wide * STEP - padding;
    }

    /** Whether the activation has all voxels of a cube. */
    boolean inside(long cube) {
        return inside(depth(cube), activation.depth()) && inside(height(cube), activation.height())
                && inside(width(cube), activation.width());
    }

    private boolean inside(long start, long size) {
        return start >= 0 && start + span <= size;
    }

    /** Index of the first channel of a cube's first voxel, which need not be there. */
    long first(long cube) {
        return activation.index(cube / wide / high / deep, depth(cube), height(cube), width(cube));
    }

    /** Distance of two voxels in the activation. */
    long strideDepth() {
        return strideHeight() * activation.height();
    }

    long strideHeight() {
        return activation.width() * activation.channels();
    }

    long strideWidth() {
        return activation.channels();
    }

    /** Copies a cube, zeros where the activation ends, to span x span x span voxels one after another. */
    void gather(long cube, MemorySegment from, MemorySegment to, long at) {
        for (int voxel = 0; voxel < span * span * span; voxel++) {
            long index = index(cube, voxel);
            long place = at + (long) voxel * activation.channels();
            if (index == ABSENT) {
                Lanes.clear(to, place, place + activation.channels());
            } else {
                copy(from, index, to, place);
            }
        }
    }

    /** The other way: copies those voxels of a cube that the activation has. */
    void scatter(long cube, MemorySegment from, long at, MemorySegment to) {
        for (int voxel = 0; voxel < span * span * span; voxel++) {
            long index = index(cube, voxel);
            if (index != ABSENT) {
                copy(from, at + (long) voxel * activation.channels(), to, index);
            }
        }
    }

    /** Index of a cube's voxel in the activation, if that has it. */
    private long index(long cube, int voxel) {
        long d = depth(cube) + voxel / span / span;
        long h = height(cube) + voxel / span % span;
        long w = width(cube) + voxel % span;
        boolean there = d >= 0 && d < activation.depth() && h >= 0 && h < activation.height() && w >= 0
                && w < activation.width();
        return there ? activation.index(cube / wide / high / deep, d, h, w) : ABSENT;
    }

    private void copy(MemorySegment from, long start, MemorySegment to, long place) {
        for (int c = 0; c < activation.channels(); c += Lanes.COUNT) {
            Lanes.store(Lanes.load(from, start + c), to, place + c);
        }
    }
}
