package lobule.device.reference;

import lobule.device.Philox;
import lobule.device.Step;
import lobule.op.Dropout;

/**
 * Which elements of a tensor a dropout keeps in one step. Not for several threads: it remembers the last Philox block.
 */
final class DropoutMask {
    /** One Philox block serves this many channels of a voxel. */
    private static final int LANES = 4;

    private final Dropout op;
    private final Philox philox;
    private final int microStep;
    private final long blocksPerVoxel;
    private final int[] words = new int[LANES];
    private long lastBlock = -1;

    DropoutMask(Dropout op, long channels, Step step) {
        this.op = op;
        this.philox = Philox.of(step.seed);
        this.microStep = (int) step.microStep;
        this.blocksPerVoxel = Math.ceilDiv(channels, LANES);
    }

    /** {@code value} / (1 - rate) where the Philox word of the element is at least rate 2^32, else 0. */
    double apply(long voxel, long c, double value) {
        long block = voxel * blocksPerVoxel + c / LANES;
        if (block != lastBlock) {
            philox.words((int) block, (int) (block >>> 32), op.index(), microStep, words);
            lastBlock = block;
        }
        return Integer.toUnsignedLong(words[(int) (c % LANES)]) >= op.threshold() ? value / (1 - op.rate()) : 0;
    }
}
