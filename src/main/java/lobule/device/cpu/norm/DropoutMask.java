package lobule.device.cpu.norm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import lobule.device.Buffer;
import lobule.device.Step;
import lobule.device.cpu.machine.Lanes;
import lobule.op.Dropout;

/**
 * Draws the random words of a block of voxels, as {@link Dropout} numbers them, and masks by these. Needs scratch
 * memory: a block's words for each thread.
 */
final class DropoutMask {
    private static final long BLOCK_COUNTERS = 256;

    private final Dropout op;
    private final int channels;
    /** Counters of a voxel. */
    private final long groups;
    private final MemorySegment[] words;
    private final VectorPhilox philox = new VectorPhilox();
    private final float scale;
    /** Words below this, unsigned, are dropped. */
    private final int threshold;

    /** @param scratch {@link #bytes} */
    DropoutMask(Dropout op, int channels, int threads, MemorySegment scratch) {
        this.op = op;
        this.channels = channels;
        this.groups = Math.ceilDiv(channels, VectorPhilox.WORDS);
        this.scale = (float) (1 / (1 - op.rate()));
        this.threshold = (int) op.threshold();
        this.words = new MemorySegment[threads];
        for (int thread = 0; thread < threads; thread++) {
            words[thread] = scratch.asSlice(thread * blockBytes(channels), blockBytes(channels));
        }
    }

    static long bytes(int channels, int threads) {
        return threads * blockBytes(channels);
    }

    private static long blockBytes(int channels) {
        return Buffer.aligned(VectorPhilox.bytes(blockVoxels(channels) * Math.ceilDiv(channels, VectorPhilox.WORDS)));
    }

    /** The most voxels that are drawn at once. */
    static long blockVoxels(int channels) {
        return Math.max(1, BLOCK_COUNTERS / Math.ceilDiv(channels, VectorPhilox.WORDS));
    }

    /** Sets the counters; before the first {@link #apply} of a step. */
    void begin(Step step) {
        philox.begin(step.seed, op.index(), (int) step.microStep);
    }

    /** y = x / (1 - rate) where the mask keeps, else 0, for {@code voxels} from {@code voxel} on; y may be x. */
    void apply(int thread, long voxel, long voxels, MemorySegment x, long from, MemorySegment y, long to) {
        long block = blockVoxels(channels);
        for (long done = 0; done < voxels; done += block) {
            long count = Math.min(block, voxels - done);
            draw(voxel + done, count, words[thread]);
            mask(x, from + done * channels, y, to + done * channels, count * channels, words[thread]);
        }
    }

    private void draw(long voxel, long voxels, MemorySegment random) {
        philox.draw(voxel * groups, voxels * groups, random);
        if (channels % VectorPhilox.WORDS != 0) {
            closeGaps(voxels, random);
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

    private void mask(MemorySegment x, long from, MemorySegment y, long to, long count, MemorySegment random) {
        if (op.threshold() > 0xFFFFFFFFL) {
            y.asSlice(to * Float.BYTES, count * Float.BYTES).fill((byte) 0);
            return;
        }
        FloatVector zero = FloatVector.zero(Lanes.FLOATS);
        long i = 0;
        for (; i + Lanes.COUNT <= count; i += Lanes.COUNT) {
            VectorMask<Float> kept = IntVector.fromMemorySegment(IntVector.SPECIES_PREFERRED, random,
                    i * Integer.BYTES, Lanes.ORDER).compare(VectorOperators.UGE, threshold).cast(Lanes.FLOATS);
            Lanes.store(zero.blend(Lanes.load(x, from + i).mul(scale), kept), y, to + i);
        }
        for (; i < count; i++) {
            boolean kept = Integer.compareUnsigned(random.getAtIndex(ValueLayout.JAVA_INT, i), threshold) >= 0;
            y.setAtIndex(ValueLayout.JAVA_FLOAT, to + i,
                    kept ? x.getAtIndex(ValueLayout.JAVA_FLOAT, from + i) * scale : 0);
        }
    }
}
