package lobule.device.cpu.winograd;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import lobule.device.cpu.machine.Lanes;

/**
 * The transforms of Winograd's convolution F(2x2x2, 3x3x3), for one vector of channels. Along each axis (Lavin and
 * Gray, Fast Algorithms for Convolutional Neural Networks, 2016, section 4.1):
 *
 * <pre>
 *         1  0 -1  0            1  1  1  0
 *   B^T = 0  1  1  0      A^T = 0  1 -1 -1
 *         0 -1  1  0
 *         0  1  0 -1
 * </pre>
 *
 * <p>One axis after another, with what is between in {@code lines}: {@link #LINE_FLOATS} of the same memory.
 */
final class WinogradTransform {
    /** Floats of scratch memory: 48 vectors. */
    static final long LINE_FLOATS = 48L * Lanes.COUNT;
    /** Rows of B^T: value FIRST plus SIGN times value SECOND. */
    private static final int[] FIRST = {0, 1, 2, 1};
    private static final int[] SECOND = {2, 2, 1, 3};
    private static final float[] SIGN = {-1, 1, -1, -1};
    private static final long LINE = Lanes.COUNT;

    private WinogradTransform() {}

    /** Distances between the voxels of a cube, in floats. */
    record Strides(long depth, long height, long width) {
        static Strides of(CubeGrid cubes) {
            return new Strides(cubes.strideDepth(), cubes.strideHeight(), cubes.strideWidth());
        }

        /** Of a cube by itself. */
        static Strides compact(CubeGrid cubes) {
            long width = cubes.activation().channels();
            return new Strides(width * cubes.span() * cubes.span(), width * cubes.span(), width);
        }
    }

    /** B^T d B: 4x4x4 voxels to 64 frequencies. */
    static void input(MemorySegment x, long from, Strides strides, MemorySegment memory, long first, long frequency,
                      long lines) {
        for (int z = 0; z < 4; z++) {
            long front = from + FIRST[z] * strides.depth;
            long back = from + SECOND[z] * strides.depth;
            for (int w = 0; w < 4; w++) {
                expand(x, front + w * strides.width, back + w * strides.width, SIGN[z], strides.height, memory,
                        lines + w * LINE);
            }
            for (int y = 0; y < 4; y++) {
                expand(memory, lines + y * 4L * LINE, first + (z * 4L + y) * 4 * frequency, frequency);
            }
        }
    }

    /** B^T along a column of one plane plus or minus another; to every fourth line. */
    private static void expand(MemorySegment x, long front, long back, float factor, long stride, MemorySegment to,
                               long at) {
        FloatVector sign = FloatVector.broadcast(Lanes.FLOATS, factor);
        FloatVector a = sign.fma(Lanes.load(x, back), Lanes.load(x, front));
        FloatVector b = sign.fma(Lanes.load(x, back + stride), Lanes.load(x, front + stride));
        FloatVector c = sign.fma(Lanes.load(x, back + 2 * stride), Lanes.load(x, front + 2 * stride));
        FloatVector d = sign.fma(Lanes.load(x, back + 3 * stride), Lanes.load(x, front + 3 * stride));
        Lanes.store(a.sub(c), to, at);
        Lanes.store(b.add(c), to, at + 4 * LINE);
        Lanes.store(c.sub(b), to, at + 8 * LINE);
        Lanes.store(b.sub(d), to, at + 12 * LINE);
    }

    /** B^T along four lines. */
    private static void expand(MemorySegment memory, long from, long to, long step) {
        FloatVector a = Lanes.load(memory, from);
        FloatVector b = Lanes.load(memory, from + LINE);
        FloatVector c = Lanes.load(memory, from + 2 * LINE);
        FloatVector d = Lanes.load(memory, from + 3 * LINE);
        Lanes.store(a.sub(c), memory, to);
        Lanes.store(b.add(c), memory, to + step);
        Lanes.store(c.sub(b), memory, to + 2 * step);
        Lanes.store(b.sub(d), memory, to + 3 * step);
    }

    /** A^T m A: 64 frequencies to 2x2x2 voxels. */
    static void output(MemorySegment memory, long first, long frequency, MemorySegment y, long to, Strides strides,
                       long lines) {
        for (int i = 0; i < 16; i++) {
            contract(memory, first + i * frequency, 16 * frequency, memory, lines + i * LINE, 16 * LINE);
        }
        long rows = lines + 32 * LINE;
        for (int z = 0; z < 2; z++) {
            for (int w = 0; w < 4; w++) {
                contract(memory, lines + (z * 16 + w) * LINE, 4 * LINE, memory, rows + (z * 8 + w) * LINE, 4 * LINE);
            }
        }
        for (int z = 0; z < 2; z++) {
            for (int h = 0; h < 2; h++) {
                contract(memory, rows + (z * 8 + h * 4) * LINE, LINE, y, to + z * strides.depth + h * strides.height,
                        strides.width);
            }
        }
    }

    private static void contract(MemorySegment from, long at, long stride, MemorySegment to, long index, long step) {
        FloatVector a = Lanes.load(from, at);
        FloatVector b = Lanes.load(from, at + stride);
        FloatVector c = Lanes.load(from, at + 2 * stride);
        FloatVector d = Lanes.load(from, at + 3 * stride);
        Lanes.store(a.add(b).add(c), to, index);
        Lanes.store(b.sub(c).sub(d), to, index + step);
    }

    /** A dy A^T, the adjoint of {@link #output}: 2x2x2 voxels to 64 frequencies. */
    static void outputGradient(MemorySegment dy, long from, Strides strides, MemorySegment memory, long first,
                               long frequency, long lines) {
        for (int h = 0; h < 2; h++) {
            for (int w = 0; w < 2; w++) {
                spread(dy, from + h * strides.height + w * strides.width, strides.depth, memory,
                        lines + (h * 2 + w) * LINE, 4 * LINE);
            }
        }
        long rows = lines + 16 * LINE;
        for (int z = 0; z < 4; z++) {
            for (int w = 0; w < 2; w++) {
                spread(memory, lines + (z * 4 + w) * LINE, 2 * LINE, memory, rows + (z * 8 + w) * LINE, 2 * LINE);
            }
        }
        for (int i = 0; i < 16; i++) {
            spread(memory, rows + i * 2L * LINE, LINE, memory, first + i * 4L * frequency, frequency);
        }
    }

    private static void spread(MemorySegment from, long at, long stride, MemorySegment to, long index, long step) {
        FloatVector a = Lanes.load(from, at);
        FloatVector b = Lanes.load(from, at + stride);
        Lanes.store(a, to, index);
        Lanes.store(a.add(b), to, index + step);
        Lanes.store(a.sub(b), to, index + 2 * step);
        Lanes.store(b.neg(), to, index + 3 * step);
    }
}
