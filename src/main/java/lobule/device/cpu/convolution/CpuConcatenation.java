package lobule.device.cpu.convolution;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import lobule.device.Buffer;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Tensor;
import lobule.device.cpu.machine.Extents;
import lobule.device.cpu.machine.WorkerPool;
import lobule.tensor.Shape;
import lobule.tensor.TensorSpec;

/**
 * An up-convolution beside a concatenation: oneDNN's runs on a tensor of its own in the workspace, from where or to
 * where the last channels of the concatenation are copied. (With the strides of a concatenation oneDNN falls to its
 * slow generic code.) Workspace: that tensor, then the inner kernel's.
 */
final class CpuConcatenation {
    private CpuConcatenation() {}

    /** A kernel that writes the last {@code channels} channels of its output; the others are those of input 2. */
    static Kernel writing(WorkerPool workers, Shape joined, long channels, Function<Shape, Kernel> prepare) {
        Shape part = joined.withChannels(channels);
        Kernel inner = prepare.apply(part);
        return part.equals(joined) ? inner : new Writing(workers, inner, new Channels(joined, part));
    }

    /** A kernel that reads the last {@code channels} channels of an input. */
    static Kernel reading(WorkerPool workers, int input, Shape joined, long channels,
                          Function<Shape, Kernel> prepare) {
        Shape part = joined.withChannels(channels);
        Kernel inner = prepare.apply(part);
        return part.equals(joined) ? inner : new Reading(workers, input, inner, new Channels(joined, part));
    }

    /** Rows of voxels in both tensors, copied a row along w at a time. */
    private record Channels(Shape joined, Shape part) {
        long partBytes() {
            return Buffer.aligned(TensorSpec.activation(part).bytes());
        }

        int rows() {
            return Extents.of(joined).rows();
        }

        private long bytes(Shape shape) {
            return shape.channels() * Float.BYTES;
        }

        /** Copies {@code bytes} of each voxel of a row. */
        private void copy(int row, MemorySegment from, long fromVoxel, long fromFirst, MemorySegment to, long toVoxel,
                          long toFirst, long bytes) {
            long width = Extents.of(joined).width();
            for (long voxel = row * width; voxel < (row + 1) * width; voxel++) {
                MemorySegment.copy(from, voxel * fromVoxel + fromFirst, to, voxel * toVoxel + toFirst, bytes);
            }
        }

        void join(int row, MemorySegment from, MemorySegment to) {
            copy(row, from, bytes(part), 0, to, bytes(joined), bytes(joined) - bytes(part), bytes(part));
        }

        void split(int row, MemorySegment from, MemorySegment to) {
            copy(row, from, bytes(joined), bytes(joined) - bytes(part), to, bytes(part), 0, bytes(part));
        }

        void keepOthers(int row, MemorySegment from, MemorySegment to) {
            copy(row, from, bytes(joined), 0, to, bytes(joined), 0, bytes(joined) - bytes(part));
        }

        Tensor part(Operands operands) {
            return new Tensor(operands.workspace(), operands.workspaceOffset(), TensorSpec.activation(part));
        }
    }

    private record Writing(WorkerPool workers, Kernel inner, Channels channels) implements Kernel {

        @Override
        public long workspaceBytes() {
            return channels.partBytes() + inner.workspaceBytes();
        }

        @Override
        public Launch bind(Operands operands) {
            Tensor part = channels.part(operands);
            Launch product = inner.bind(new Operands(operands.inputs().subList(0, 2), List.of(), List.of(part),
                    operands.workspace(), operands.workspaceOffset() + channels.partBytes()));
            MemorySegment from = HostBuffer.segment(part);
            MemorySegment before = HostBuffer.segment(operands.input(2));
            MemorySegment to = HostBuffer.segment(operands.output(0));
            boolean inPlace = operands.output(0).sameMemory(operands.input(2));
            WorkerPool.Chunks copy = row -> {
                if (!inPlace) {
                    channels.keepOthers(row, before, to);
                }
                channels.join(row, from, to);
            };
            return step -> {
                product.run(step);
                workers.run(channels.rows(), copy);
            };
        }

        @Override
        public void close() {
            inner.close();
        }
    }

    private record Reading(WorkerPool workers, int input, Kernel inner, Channels channels) implements Kernel {

        @Override
        public long workspaceBytes() {
            return channels.partBytes() + inner.workspaceBytes();
        }

        @Override
        public Launch bind(Operands operands) {
            Tensor part = channels.part(operands);
            List<Tensor> inputs = new ArrayList<>(operands.inputs());
            inputs.set(input, part);
            Launch product = inner.bind(new Operands(inputs, operands.states(), operands.outputs(),
                    operands.workspace(), operands.workspaceOffset() + channels.partBytes()));
            MemorySegment from = HostBuffer.segment(operands.input(input));
            MemorySegment to = HostBuffer.segment(part);
            WorkerPool.Chunks copy = row -> channels.split(row, from, to);
            return step -> {
                workers.run(channels.rows(), copy);
                product.run(step);
            };
        }

        @Override
        public void close() {
            inner.close();
        }
    }
}
