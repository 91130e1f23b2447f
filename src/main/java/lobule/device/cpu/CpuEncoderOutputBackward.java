package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.tensor.Shape;

/**
 * Two passes over x by pooling windows: the sums a channel, then dx. dy is put together where it is needed, from the
 * window's gradient and the concatenation's; winners and the ReLU's mask are computed again from x. A window is read
 * before it is written: dx may be x. Workspace: {@link ChannelRows}, one chunk a row of windows and one for voxels
 * outside of windows.
 */
final class CpuEncoderOutputBackward implements Kernel {
    private final WorkerPool workers;
    private final ChannelPattern pattern;
    private final EncoderVoxels voxels;
    private final int chunks;

    CpuEncoderOutputBackward(WorkerPool workers, Shape x, Shape pooled, Shape joined) {
        this.workers = workers;
        this.pattern = new ChannelPattern(x);
        this.voxels = new EncoderVoxels(x, pooled, joined);
        this.chunks = voxels.pooled().rows() + (voxels.allPooled() ? 0 : 1);
    }

    @Override
    public long workspaceBytes() {
        return ChannelRows.bytes(pattern, chunks, NormSums.ROWS);
    }

    @Override
    public Launch bind(Operands operands) {
        Passes passes = new Passes(operands);
        WorkerPool.Chunks reduce = chunk -> passes.chunk(chunk, false);
        WorkerPool.Chunks apply = chunk -> passes.chunk(chunk, true);
        return step -> {
            passes.norm.update();
            workers.run(chunks, reduce);
            passes.sums.finish(step);
            workers.run(chunks, apply);
        };
    }

    /** The passes over one set of operands. */
    private final class Passes {
        private final MemorySegment x;
        private final MemorySegment pooled;
        private final MemorySegment joined;
        private final MemorySegment dx;
        private final NormCoefficients norm;
        private final ChannelRows rows;
        private final NormSums sums;

        Passes(Operands operands) {
            x = HostBuffer.segment(operands.input(0));
            norm = new NormCoefficients(pattern, HostBuffer.segment(operands.input(1)),
                    HostBuffer.segment(operands.input(2)), HostBuffer.segment(operands.input(3)));
            pooled = HostBuffer.segment(operands.input(4));
            joined = HostBuffer.segment(operands.input(5));
            dx = HostBuffer.segment(operands.output(0));
            rows = new ChannelRows(pattern, chunks, NormSums.ROWS, Memory.workspace(operands, workspaceBytes()));
            sums = new NormSums(pattern, rows, norm, operands);
        }

        void chunk(int chunk, boolean apply) {
            if (!apply) {
                rows.clear(chunk);
            }
            if (chunk < voxels.pooled().rows()) {
                row(chunk, apply);
            } else {
                outside(chunk, apply);
            }
        }

        /** One row of windows. */
        private void row(int row, boolean apply) {
            long n = voxels.batch(row);
            long d = voxels.depth(row);
            long h = voxels.height(row);
            for (long w = 0; w < voxels.pooled().width(); w++) {
                long at = voxels.x().index(n, d, h, 2 * w);
                long from = (row * voxels.pooled().width() + w) * voxels.channels();
                for (int c = 0; c < voxels.channels(); c += Lanes.COUNT) {
                    if (apply) {
                        applyWindow(at + c, from + c, n, d, h, 2 * w, c);
                    } else {
                        sumWindow(row, at + c, from + c, n, d, h, 2 * w, c);
                    }
                }
            }
        }

        private VectorMask<Float> channels(int c) {
            return Lanes.FLOATS.indexInRange(c, voxels.channels());
        }

        /** Which voxel of the window has the largest normalised value, the first on ties. */
        private FloatVector winner(long at, int c) {
            VectorMask<Float> channels = channels(c);
            FloatVector winner = FloatVector.zero(Lanes.FLOATS);
            FloatVector largest = norm.rectified(Lanes.load(x, at, channels), c);
            for (int k = 1; k < voxels.windowSize(); k++) {
                FloatVector value = norm.rectified(Lanes.load(x, at + voxels.offset(k), channels), c);
                winner = winner.blend(k, value.compare(VectorOperators.GT, largest));
                largest = largest.max(value);
            }
            return winner;
        }

        private void sumWindow(int chunk, long first, long from, long n, long d, long h, long w, int c) {
            VectorMask<Float> channels = channels(c);
            FloatVector gradient = Lanes.load(pooled, from, channels);
            FloatVector winner = winner(first, c);
            FloatVector sum = FloatVector.zero(Lanes.FLOATS);
            FloatVector product = sum;
            for (int k = 0; k < voxels.windowSize(); k++) {
                FloatVector centred = norm.centred(Lanes.load(x, first + voxels.offset(k), channels), c);
                FloatVector dy = FloatVector.zero(Lanes.FLOATS).blend(gradient, winner.compare(VectorOperators.EQ, k))
                        .add(cropped(voxels.joined(n, d + (k >> 2), h + (k >> 1 & 1), w + (k & 1)), c));
                FloatVector passed = FloatVector.zero(Lanes.FLOATS)
                        .blend(dy, norm.output(centred, c).compare(VectorOperators.GT, 0));
                sum = sum.add(passed);
                product = passed.fma(centred, product);
            }
            add(chunk, sum, product, c);
        }

        private void applyWindow(long first, long from, long n, long d, long h, long w, int c) {
            VectorMask<Float> channels = channels(c);
            FloatVector gradient = Lanes.load(pooled, from, channels);
            FloatVector winner = winner(first, c);
            for (int k = 0; k < voxels.windowSize(); k++) {
                long at = first + voxels.offset(k);
                FloatVector centred = norm.centred(Lanes.load(x, at, channels), c);
                FloatVector dy = FloatVector.zero(Lanes.FLOATS).blend(gradient, winner.compare(VectorOperators.EQ, k))
                        .add(cropped(voxels.joined(n, d + (k >> 2), h + (k >> 1 & 1), w + (k & 1)), c));
                FloatVector passed = FloatVector.zero(Lanes.FLOATS)
                        .blend(dy, norm.output(centred, c).compare(VectorOperators.GT, 0));
                Lanes.store(sums.inputGradient(passed, centred, c), dx, at, channels);
            }
        }

        /** The concatenation's gradient at a voxel, or 0 where the index is negative. Without a branch: see Lanes. */
        private FloatVector cropped(long index, int c) {
            VectorMask<Float> channels = channels(c);
            long lanes = index < 0 ? 0 : channels.toLong();
            return Lanes.load(joined, Math.max(index, 0) + c, VectorMask.fromLong(Lanes.FLOATS, lanes));
        }

        private void add(int chunk, FloatVector sum, FloatVector product, int c) {
            FloatVector inverse = FloatVector.fromArray(Lanes.FLOATS, norm.inverse, c);
            add(rows.index(chunk, NormSums.SUM) + c, sum, c);
            add(rows.index(chunk, NormSums.PRODUCT) + c, product.mul(inverse), c);
        }

        private void add(long index, FloatVector values, int c) {
            VectorMask<Float> channels = channels(c);
            Lanes.store(Lanes.load(rows.memory(), index, channels).add(values), rows.memory(), index, channels);
        }

        /** The voxels of odd last slices, whose only gradient is the concatenation's. */
        private void outside(int chunk, boolean apply) {
            Extents all = voxels.x();
            for (int row = 0; row < all.rows(); row++) {
                long h = row % all.height();
                long d = row / all.height() % all.depth();
                long n = row / all.height() / all.depth();
                for (long w = 0; w < all.width(); w++) {
                    if (!voxels.pooled(d, h, w)) {
                        voxel(chunk, all.index(n, d, h, w), voxels.joined(n, d, h, w), apply);
                    }
                }
            }
        }

        private void voxel(int chunk, long at, long crop, boolean apply) {
            for (int c = 0; c < voxels.channels(); c += Lanes.COUNT) {
                FloatVector centred = norm.centred(Lanes.load(x, at + c, channels(c)), c);
                FloatVector cropped = crop < 0 ? FloatVector.zero(Lanes.FLOATS)
                        : Lanes.load(joined, crop + c, channels(c));
                FloatVector dy = FloatVector.zero(Lanes.FLOATS)
                        .blend(cropped, norm.output(centred, c).compare(VectorOperators.GT, 0));
                if (apply) {
                    Lanes.store(sums.inputGradient(dy, centred, c), dx, at + c, channels(c));
                } else {
                    add(chunk, dy, dy.mul(centred), c);
                }
            }
        }
    }
}
