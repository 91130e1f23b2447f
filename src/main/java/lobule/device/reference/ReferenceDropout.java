package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Philox;
import lobule.device.Step;
import lobule.op.Dropout;

/** y = x / (1 - rate) where the Philox word of the element is at least rate 2^32, else 0. */
final class ReferenceDropout implements Launch {
    /** One Philox block serves this many channels of a voxel. */
    private static final int LANES = 4;

    private final Dropout op;
    private final HostTensor x;
    private final HostTensor y;
    private final Parallel parallel;

    ReferenceDropout(Dropout op, Operands operands, Parallel parallel) {
        this.op = op;
        this.x = HostTensor.of(operands.input(0));
        this.y = HostTensor.of(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(x.extents().rows(), row -> row(x.extents().row(row), step));
    }

    private void row(Extents.Row at, Step step) {
        Philox philox = Philox.of(step.seed);
        int[] words = new int[LANES];
        long blocksPerVoxel = Math.ceilDiv(x.extents().c(), LANES);
        for (long w = 0; w < x.extents().w(); w++) {
            long voxel = x.extents().voxel(at.n(), at.d(), at.h(), w);
            for (long c = 0; c < x.extents().c(); c++) {
                if (c % LANES == 0) {
                    long block = voxel * blocksPerVoxel + c / LANES;
                    philox.words((int) block, (int) (block >>> 32), op.index(), (int) step.microStep, words);
                }
                boolean kept = Integer.toUnsignedLong(words[(int) (c % LANES)]) >= op.threshold();
                y.set(at.n(), c, at.d(), at.h(), w, kept ? x.get(at.n(), c, at.d(), at.h(), w) / (1 - op.rate()) : 0);
            }
        }
    }
}
