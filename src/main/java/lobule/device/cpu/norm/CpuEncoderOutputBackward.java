package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lobule.device.Buffer;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cpu.machine.Lanes;
import lobule.device.cpu.machine.Memory;
import lobule.device.cpu.machine.WorkerPool;
import lobule.op.EncoderOutputBackward;
import lobule.tensor.Shape;

/**
 * {@link NormGradient} with dy put together by layers of pooling windows: the concatenation's gradient where the voxel
 * was cropped out, and the window's at its first largest voxel, found again from x. A layer is read before it is
 * written: dx may be x. Workspace: the sums, and a layer of dy and one of normalised values for each thread.
 */
public final class CpuEncoderOutputBackward implements Kernel {
    private final WorkerPool workers;
    private final ChannelPattern pattern;
    private final EncoderVoxels voxels;
    private final boolean fixed;

    public CpuEncoderOutputBackward(WorkerPool workers, EncoderOutputBackward op, Shape x, Shape pooled, Shape joined) {
        this.workers = workers;
        this.pattern = new ChannelPattern(x);
        this.fixed = op.fixed();
        this.voxels = new EncoderVoxels(x, pooled, joined);
    }

    private long sumBytes() {
        return Buffer.aligned(NormGradient.bytes(pattern, voxels.layers()));
    }

    private long layerBytes() {
        return Buffer.aligned(voxels.layerElements() * Float.BYTES);
    }

    @Override
    public long workspaceBytes() {
        return sumBytes() + 2L * workers.threads() * layerBytes();
    }

    @Override
    public Launch bind(Operands operands) {
        Passes passes = new Passes(operands);
        WorkerPool.ThreadChunks sum = passes::sum;
        WorkerPool.ThreadChunks apply = passes::apply;
        return step -> {
            passes.gradient.norm().update();
            workers.run(voxels.layers(), sum);
            passes.gradient.finish(step);
            workers.run(voxels.layers(), apply);
        };
    }

    /** The passes over one set of operands. */
    private final class Passes {
        private final MemorySegment x;
        private final MemorySegment pooled;
        private final MemorySegment joined;
        private final NormGradient gradient;
        private final MemorySegment[] gradients = new MemorySegment[workers.threads()];
        private final MemorySegment[] normalised = new MemorySegment[workers.threads()];

        Passes(Operands operands) {
            x = HostBuffer.segment(operands.input(0));
            pooled = HostBuffer.segment(operands.input(4));
            joined = HostBuffer.segment(operands.input(5));
            MemorySegment workspace = Memory.workspace(operands, workspaceBytes());
            gradient = new NormGradient(pattern, true, fixed, voxels.layers(), operands,
                    workspace.asSlice(0, sumBytes()));
            for (int thread = 0; thread < workers.threads(); thread++) {
                long first = sumBytes() + 2L * thread * layerBytes();
                gradients[thread] = workspace.asSlice(first, layerBytes());
                normalised[thread] = workspace.asSlice(first + layerBytes(), layerBytes());
            }
        }

        void sum(int layer, int thread) {
            gather(layer, gradients[thread], normalised[thread]);
            gradient.clear(layer);
            for (int row = 0; row < voxels.layerRows(layer); row++) {
                gradient.sum(layer, voxels.row(layer, row), gradients[thread], row * voxels.rowElements(),
                        voxels.rowElements());
            }
        }

        void apply(int layer, int thread) {
            gather(layer, gradients[thread], normalised[thread]);
            for (int row = 0; row < voxels.layerRows(layer); row++) {
                gradient.apply(voxels.row(layer, row), gradients[thread], row * voxels.rowElements(),
                        voxels.rowElements());
            }
        }

        /** Fills a layer's dy, with y as scratch memory. */
        private void gather(int layer, MemorySegment dy, MemorySegment y) {
            for (int row = 0; row < voxels.layerRows(layer); row++) {
                gatherCrop(layer, row, dy);
                gradient.norm().normalise(x, voxels.row(layer, row), y, row * voxels.rowElements(),
                        voxels.rowElements(), 0);
            }
            long from = voxels.pooledRow(layer);
            for (long w = 0; from >= 0 && w < voxels.pooled().width(); w++) {
                addToLargest(y, dy, 2 * w * voxels.channels(), from + w * voxels.channels());
            }
        }

        private void gatherCrop(int layer, int row, MemorySegment dy) {
            long voxelBytes = (long) voxels.channels() * Float.BYTES;
            long to = row * voxels.rowElements();
            long crop = voxels.joinedRow(layer, row);
            for (long i = to; i < to + voxels.rowElements(); i++) {
                dy.setAtIndex(ValueLayout.JAVA_FLOAT, i, 0);
            }
            for (long w = 0; crop >= 0 && w < voxels.joined().width(); w++) {
                MemorySegment.copy(joined, (crop + w * voxels.joined().channels()) * Float.BYTES, dy,
                        to * Float.BYTES + (voxels.cropStart() + w) * voxelBytes, voxelBytes);
            }
        }

        /**
         * @param first index in the layer of the window's first voxel
         * @param from  index of the window's gradient
         */
        private void addToLargest(MemorySegment y, MemorySegment dy, long first, long from) {
            int c = 0;
            for (; c + Lanes.COUNT <= voxels.channels(); c += Lanes.COUNT) {
                addVector(y, dy, first + c, from + c);
            }
            for (; c < voxels.channels(); c++) {
                addChannel(y, dy, first + c, from + c);
            }
        }

        private void addVector(MemorySegment y, MemorySegment dy, long first, long from) {
            FloatVector largest = Lanes.load(y, first);
            for (int k = 1; k < voxels.windowSize(); k++) {
                largest = largest.max(Lanes.load(y, first + voxels.layerOffset(k)));
            }
            FloatVector zero = FloatVector.zero(Lanes.FLOATS);
            FloatVector left = Lanes.load(pooled, from);
            for (int k = 0; k < voxels.windowSize(); k++) {
                long at = first + voxels.layerOffset(k);
                VectorMask<Float> takes = Lanes.load(y, at).compare(VectorOperators.EQ, largest);
                Lanes.store(Lanes.load(dy, at).add(zero.blend(left, takes)), dy, at);
                left = left.blend(zero, takes);
            }
        }

        private void addChannel(MemorySegment y, MemorySegment dy, long first, long from) {
            long largest = first;
            for (int k = 1; k < voxels.windowSize(); k++) {
                long at = first + voxels.layerOffset(k);
                largest = y.getAtIndex(ValueLayout.JAVA_FLOAT, at) > y.getAtIndex(ValueLayout.JAVA_FLOAT, largest)
                        ? at : largest;
            }
            dy.setAtIndex(ValueLayout.JAVA_FLOAT, largest, dy.getAtIndex(ValueLayout.JAVA_FLOAT, largest)
                    + pooled.getAtIndex(ValueLayout.JAVA_FLOAT, from));
        }
    }
}
