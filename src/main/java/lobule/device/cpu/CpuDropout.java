package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lobule.device.Buffer;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.Dropout;
import lobule.tensor.Shape;

/**
 * Draws the random words of a block of voxels, as {@link Dropout} numbers them, and masks by these. y may be x.
 * Workspace: a block's words for each thread.
 */
final class CpuDropout implements Kernel {
    private static final long BLOCK_COUNTERS = 256;
    private static final long CHUNK_ELEMENTS = 1 << 14;

    private final WorkerPool workers;
    private final Dropout op;
    private final int channels;
    /** Counters of a voxel. */
    private final long groups;
    private final long blockVoxels;
    private final Span span;

    CpuDropout(WorkerPool workers, Dropout op, Shape x) {
        this.workers = workers;
        this.op = op;
        this.channels = Math.toIntExact(x.channels());
        this.groups = Math.ceilDiv(channels, VectorPhilox.WORDS);
        this.blockVoxels = Math.max(1, BLOCK_COUNTERS / groups);
        this.span = new Span(x.elements() / channels, Math.ceilDiv(CHUNK_ELEMENTS, channels));
    }

    private long blockBytes() {
        return Buffer.aligned(VectorPhilox.bytes(blockVoxels * groups));
    }

    @Override
    public long workspaceBytes() {
        return workers.threads() * blockBytes();
    }

    @Override
    public Launch bind(Operands operands) {
        return new Masking(operands);
    }

    /** The kernel over one set of operands. */
    private final class Masking implements Launch {
        private final MemorySegment x;
        private final MemorySegment y;
        private final MemorySegment[] words = new MemorySegment[workers.threads()];
        private final VectorPhilox philox = new VectorPhilox();
        private final WorkerPool.ThreadChunks chunks = this::chunk;
        private final float scale = (float) (1 / (1 - op.rate()));
        /** Words below this, unsigned, are dropped. */
        private final int threshold = (int) op.threshold();

        Masking(Operands operands) {
            x = HostBuffer.segment(operands.input(0));
            y = HostBuffer.segment(operands.output(0));
            MemorySegment workspace = Memory.workspace(operands, workspaceBytes());
            for (int thread = 0; thread < words.length; thread++) {
                words[thread] = workspace.asSlice(thread * blockBytes(), blockBytes());
            }
        }

        @Override
        public void run(Step step) {
            if (op.threshold() > 0xFFFFFFFFL) {
                y.fill((byte) 0);
                return;
            }
            philox.begin(step.seed, op.index(), (int) step.microStep);
            workers.run(span.chunks(), chunks);
        }

        private void chunk(int chunk, int thread) {
            for (long voxel = span.start(chunk); voxel < span.end(chunk); voxel += blockVoxels) {
                long voxels = Math.min(blockVoxels, span.end(chunk) - voxel);
                philox.draw(voxel * groups, voxels * groups, words[thread]);
                if (channels % VectorPhilox.WORDS != 0) {
                    closeGaps(voxels, words[thread]);
                }
                mask(voxel * channels, voxels * channels, words[thread]);
            }
        }

        /** The last group of each voxel has words too many. */
        private void closeGaps(long voxels, MemorySegment random) {
            for (long voxel = 1; voxel < voxels; voxel++) {
                for (long c = 0; c < channels; c++) {
                    random.setAtIndex(ValueLayout.JAVA_INT, voxel * channels + c,
                            random.getAtIndex(ValueLayout.JAVA_INT, voxel * groups * VectorPhilox.WORDS + c));
                }
            }
        }

        private void mask(long start, long count, MemorySegment random) {
            FloatVector zero = FloatVector.zero(Lanes.FLOATS);
            long i = 0;
            for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
                VectorMask<Float> kept = IntVector.fromMemorySegment(IntVector.SPECIES_PREFERRED, random,
                        i * Integer.BYTES, Lanes.ORDER).compare(VectorOperators.UGE, threshold)
                        .cast(Lanes.FLOATS);
                Lanes.store(zero.blend(Lanes.load(x, start + i).mul(scale), kept), y, start + i);
            }
            for (; i < count; i++) {
                boolean kept = Integer.compareUnsigned(random.getAtIndex(ValueLayout.JAVA_INT, i), threshold)
                        >= 0;
                y.setAtIndex(ValueLayout.JAVA_FLOAT, start + i,
                        kept ? x.getAtIndex(ValueLayout.JAVA_FLOAT, start + i) * scale : 0);
            }
        }
    }
}
