package lobule.device.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import lobule.device.HostBuffer;
import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Philox;
import lobule.device.Step;
import lobule.op.Dropout;
import lobule.tensor.Shape;

/** Draws each voxel's mask four channels at a time, as {@link Dropout} numbers them. y may be x. */
final class CpuDropout implements Kernel {
    /** Random words a counter gives. */
    private static final int WORDS = 4;
    private static final long CHUNK_ELEMENTS = 1 << 14;

    private final WorkerPool workers;
    private final Dropout op;
    private final int channels;
    private final long voxels;
    private final long chunkVoxels;

    CpuDropout(WorkerPool workers, Dropout op, Shape x) {
        this.workers = workers;
        this.op = op;
        this.channels = Math.toIntExact(x.channels());
        this.voxels = x.elements() / channels;
        this.chunkVoxels = Math.ceilDiv(CHUNK_ELEMENTS, channels);
    }

    @Override
    public Launch bind(Operands operands) {
        return new Masking(HostBuffer.segment(operands.input(0)), HostBuffer.segment(operands.output(0)));
    }

    /** The kernel over one set of operands. */
    private final class Masking implements Launch {
        private final MemorySegment x;
        private final MemorySegment y;
        private final WorkerPool.Chunks chunks = this::chunk;
        private final float scale = (float) (1 / (1 - op.rate()));
        private final long threshold = op.threshold();
        private long seed;
        private int microStep;

        Masking(MemorySegment x, MemorySegment y) {
            this.x = x;
            this.y = y;
        }

        @Override
        public void run(Step step) {
            seed = step.seed;
            microStep = (int) step.microStep;
            workers.run(Math.toIntExact(Math.ceilDiv(voxels, chunkVoxels)), chunks);
        }

        private void chunk(int chunk) {
            Philox philox = Philox.of(seed);
            int[] words = new int[WORDS];
            long groups = Math.ceilDiv(channels, WORDS);
            long end = Math.min(voxels, (chunk + 1) * chunkVoxels);
            for (long voxel = chunk * chunkVoxels; voxel < end; voxel++) {
                for (long group = 0; group < groups; group++) {
                    long counter = voxel * groups + group;
                    philox.words((int) counter, (int) (counter >>> 32), op.index(), microStep, words);
                    mask(voxel * channels + group * WORDS, Math.min(WORDS, channels - (int) group * WORDS), words);
                }
            }
        }

        private void mask(long index, int count, int[] words) {
            for (int lane = 0; lane < count; lane++) {
                boolean kept = Integer.toUnsignedLong(words[lane]) >= threshold;
                float value = kept ? x.getAtIndex(ValueLayout.JAVA_FLOAT, index + lane) * scale : 0;
                y.setAtIndex(ValueLayout.JAVA_FLOAT, index + lane, value);
            }
        }
    }
}
