package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Cubes of voxels of an activation, NDHWC, two voxels apart along each axis: cube (n, z, y, x) begins at voxel
 * (2z, 2y, 2x) - padding of sample n. They may overlap, and reach past the activation, where it counts as 0.
 *
 * @param deep number of cubes along d, as high along h and wide along w
 * @param span voxels of a cube along each axis
 */
record CubeGrid(Extents activation, long deep, long high, long wide, int span, int padding) {
    static final int STEP = 2;

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
        visit(cube, (voxel, there, index) -> {
            for (int c = 0; c < activation.channels(); c += Lanes.COUNT) {
                FloatVector vector = there ? Lanes.load(from, index + c) : FloatVector.zero(Lanes.FLOATS);
                Lanes.store(vector, to, at + voxel * activation.channels() + c);
            }
        });
    }

    /** The other way: copies those voxels of a cube that the activation has. */
    void scatter(long cube, MemorySegment from, long at, MemorySegment to) {
        visit(cube, (voxel, there, index) -> {
            for (int c = 0; there && c < activation.channels(); c += Lanes.COUNT) {
                Lanes.store(Lanes.load(from, at + voxel * activation.channels() + c), to, index + c);
            }
        });
    }

    /** One voxel of a cube: its number in the cube, and its index where the activation has it. */
    private interface Visitor {
        void voxel(long number, boolean there, long index);
    }

    private void visit(long cube, Visitor visitor) {
        long number = 0;
        for (long d = depth(cube); d < depth(cube) + span; d++) {
            for (long h = height(cube); h < height(cube) + span; h++) {
                for (long w = width(cube); w < width(cube) + span; w++) {
                    boolean there = d >= 0 && d < activation.depth() && h >= 0 && h < activation.height() && w >= 0
                            && w < activation.width();
                    visitor.voxel(number, there, activation.index(cube / wide / high / deep, d, h, w));
                    number++;
                }
            }
        }
    }
}
