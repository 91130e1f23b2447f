package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.op.BatchRenormBackward;
import lobule.tensor.Shape;

/**
 * Two passes over x and dy: the sums a channel, then dx. The ReLU's mask is computed again from x. dx may be dy.
 * Workspace: {@link ChannelRows}.
 */
final class CpuBatchRenormBackward implements Kernel {
    private final WorkerPool workers;
    private final boolean relu;
    private final ChannelPattern pattern;

    CpuBatchRenormBackward(WorkerPool workers, BatchRenormBackward op, Shape x) {
        this.workers = workers;
        this.relu = op.relu();
        this.pattern = new ChannelPattern(x);
    }

    @Override
    public long workspaceBytes() {
        return ChannelRows.bytes(pattern, pattern.chunks(), NormSums.ROWS);
    }

    @Override
    public Launch bind(Operands operands) {
        Pass pass = new Pass(operands);
        WorkerPool.Chunks reduce = pass::reduce;
        WorkerPool.Chunks apply = pass::apply;
        return step -> {
            pass.norm.update();
            workers.run(pattern.chunks(), reduce);
            pass.sums.finish(step);
            workers.run(pattern.chunks(), apply);
        };
    }

    /** The passes over one set of operands. */
    private final class Pass {
        private final MemorySegment x;
        private final MemorySegment dy;
        private final MemorySegment dx;
        private final NormCoefficients norm;
        private final ChannelRows rows;
        private final NormSums sums;
        private final float floor = relu ? 0 : Float.NEGATIVE_INFINITY;

        Pass(Operands operands) {
            x = HostBuffer.segment(operands.input(0));
            norm = new NormCoefficients(pattern, HostBuffer.segment(operands.input(1)),
                    HostBuffer.segment(operands.input(2)), HostBuffer.segment(operands.input(3)));
            dy = HostBuffer.segment(operands.input(4));
            dx = HostBuffer.segment(operands.output(0));
            rows = new ChannelRows(pattern, pattern.chunks(), NormSums.ROWS,
                    Memory.workspace(operands, workspaceBytes()));
            sums = new NormSums(pattern, rows, norm, operands);
        }

        void reduce(int chunk) {
            long tail = pattern.tail(chunk);
            for (int column = 0; column < pattern.period(); column += Lanes.COUNT) {
                reduceColumn(chunk, column, pattern.start(chunk), tail);
            }
            for (long i = tail; i < pattern.start(chunk + 1); i++) {
                int position = (int) (i - tail);
                float centred = x.getAtIndex(ValueLayout.JAVA_FLOAT, i) - norm.mean[position];
                float gradient = masked(i, position, centred);
                rows.add(chunk, NormSums.SUM, position, gradient);
                rows.add(chunk, NormSums.PRODUCT, position, gradient * centred * norm.inverse[position]);
            }
        }

        private void reduceColumn(int chunk, int column, long start, long end) {
            FloatVector mean = FloatVector.fromArray(Lanes.FLOATS, norm.mean, column);
            FloatVector scale = FloatVector.fromArray(Lanes.FLOATS, norm.scale, column);
            FloatVector shift = FloatVector.fromArray(Lanes.FLOATS, norm.shift, column);
            FloatVector sum = FloatVector.zero(Lanes.FLOATS);
            FloatVector product = sum;
            for (long i = start + column; i < end; i += pattern.period()) {
                FloatVector centred = Lanes.load(x, i).sub(mean);
                VectorMask<Float> passes = centred.fma(scale, shift).compare(VectorOperators.GT, floor);
                FloatVector gradient = FloatVector.zero(Lanes.FLOATS).blend(Lanes.load(dy, i), passes);
                sum = sum.add(gradient);
                product = gradient.fma(centred, product);
            }
            FloatVector inverse = FloatVector.fromArray(Lanes.FLOATS, norm.inverse, column);
            Lanes.store(sum, rows.memory(), rows.index(chunk, NormSums.SUM) + column);
            Lanes.store(product.mul(inverse), rows.memory(), rows.index(chunk, NormSums.PRODUCT) + column);
        }

        void apply(int chunk) {
            long tail = pattern.tail(chunk);
            for (long row = pattern.start(chunk); row < tail; row += pattern.period()) {
                for (int i = 0; i < pattern.period(); i += Lanes.COUNT) {
                    applyVector(row + i, i);
                }
            }
            for (long i = tail; i < pattern.start(chunk + 1); i++) {
                int position = (int) (i - tail);
                float centred = x.getAtIndex(ValueLayout.JAVA_FLOAT, i) - norm.mean[position];
                float gradient = masked(i, position, centred);
                dx.setAtIndex(ValueLayout.JAVA_FLOAT, i, norm.scale[position]
                        * (gradient - sums.meanGradient[position] - centred * sums.meanProduct[position]));
            }
        }

        private void applyVector(long index, int column) {
            FloatVector scale = FloatVector.fromArray(Lanes.FLOATS, norm.scale, column);
            FloatVector shift = FloatVector.fromArray(Lanes.FLOATS, norm.shift, column);
            FloatVector centred = Lanes.load(x, index).sub(FloatVector.fromArray(Lanes.FLOATS, norm.mean, column));
            VectorMask<Float> passes = centred.fma(scale, shift).compare(VectorOperators.GT, floor);
            FloatVector gradient = FloatVector.zero(Lanes.FLOATS).blend(Lanes.load(dy, index), passes);
            Lanes.store(sums.inputGradient(gradient, centred, column), dx, index);
        }

        private float masked(long i, int position, float centred) {
            boolean passes = Math.fma(centred, norm.scale[position], norm.shift[position]) > floor;
            return passes ? dy.getAtIndex(ValueLayout.JAVA_FLOAT, i) : 0;
        }
    }
}
