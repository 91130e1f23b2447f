package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.WorkerPool;
import lobule.tensor.Shape;

/**
 * Normalises each voxel where it is needed: once in its pooling window, and once more where the decoder reads it. The
 * normalised tensor is never written.
 */
public final class CpuEncoderOutput implements Kernel {
    private final WorkerPool workers;
    private final ChannelPattern pattern;
    private final EncoderVoxels voxels;

    public CpuEncoderOutput(WorkerPool workers, Shape x, Shape pooled, Shape joined) {
        this.workers = workers;
        this.pattern = new ChannelPattern(x);
        this.voxels = new EncoderVoxels(x, pooled, joined);
    }

    @Override
    public Launch bind(Operands operands) {
        Passes passes = new Passes(operands);
        WorkerPool.Chunks pool = passes::pool;
        WorkerPool.Chunks crop = passes::crop;
        return step -> {
            passes.norm.update();
            workers.run(voxels.pooled().rows(), pool);
            workers.run(voxels.joined().rows(), crop);
        };
    }

    /** The passes over one set of operands. */
    private final class Passes {
        private final MemorySegment x;
        private final MemorySegment pooled;
        private final MemorySegment joined;
        private final NormCoefficients norm;

        Passes(Operands operands) {
            x = HostBuffer.segment(operands.input(0));
            norm = NormCoefficients.of(pattern, operands);
            pooled = HostBuffer.segment(operands.output(0));
            joined = HostBuffer.segment(operands.output(1));
        }

        /** One row of windows. */
        void pool(int row) {
            long from = voxels.windows(row);
            long to = row * voxels.pooled().width() * voxels.channels();
            for (long w = 0; w < voxels.pooled().width(); w++) {
                for (int c = 0; c < voxels.channels(); c += Lanes.COUNT) {
                    largest(from + c, to + c, c);
                }
                from += 2L * voxels.channels();
                to += voxels.channels();
            }
        }

        private void largest(long from, long to, int c) {
            VectorMask<Float> channels = Lanes.FLOATS.indexInRange(c, voxels.channels());
            FloatVector largest = norm.rectified(Lanes.load(x, from, channels), c);
            for (int k = 1; k < voxels.windowSize(); k++) {
                largest = largest.max(norm.rectified(Lanes.load(x, from + voxels.offset(k), channels), c));
            }
            Lanes.store(largest, pooled, to, channels);
        }

        /** One row of the concatenation. */
        void crop(int row) {
            long from = voxels.cropped(row);
            long to = row * voxels.joined().width() * voxels.joined().channels();
            for (long w = 0; w < voxels.joined().width(); w++) {
                for (int c = 0; c < voxels.channels(); c += Lanes.COUNT) {
                    VectorMask<Float> channels = Lanes.FLOATS.indexInRange(c, voxels.channels());
                    Lanes.store(norm.rectified(Lanes.load(x, from + c, channels), c), joined, to + c, channels);
                }
                clear(to + voxels.channels(), to + voxels.joined().channels());
                from += voxels.channels();
                to += voxels.joined().channels();
            }
        }

        private void clear(long start, long end) {
            for (long i = start; i < end; i += Lanes.COUNT) {
                Lanes.store(FloatVector.zero(Lanes.FLOATS), joined, i, Lanes.FLOATS.indexInRange(i, end));
            }
        }
    }
}
