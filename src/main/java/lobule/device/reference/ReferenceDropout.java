package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.Dropout;

/** y = x / (1 - rate) where the Philox word of the element is at least rate 2^32, else 0. */
final class ReferenceDropout implements Launch {
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
        DropoutMask mask = new DropoutMask(op, x.extents().c(), step);
        for (long w = 0; w < x.extents().w(); w++) {
            long voxel = x.extents().voxel(at.n(), at.d(), at.h(), w);
            for (long c = 0; c < x.extents().c(); c++) {
                long index = x.extents().index(at.n(), c, at.d(), at.h(), w);
                y.set(index, mask.apply(voxel, c, x.get(index)));
            }
        }
    }
}
