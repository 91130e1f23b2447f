package lobule.device.reference;

import java.util.Optional;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.BatchRenorm;

/** y = gamma ((x - mu) / sigma r + d) + beta channel by channel, with relu max(y, 0), with dropout what it keeps. */
final class ReferenceBatchRenorm implements Launch {
    private final BatchRenorm op;
    private final Operands operands;
    private final HostTensor x;
    private final HostTensor y;
    private final Parallel parallel;

    ReferenceBatchRenorm(BatchRenorm op, Operands operands, Parallel parallel) {
        this.op = op;
        this.operands = operands;
        this.x = HostTensor.of(operands.input(0));
        this.y = HostTensor.of(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(x.extents().c(), c -> channel(c, step));
    }

    private void channel(long c, Step step) {
        ChannelNorm norm = ChannelNorm.of(operands, c);
        Optional<DropoutMask> mask = op.dropout().map(dropout -> new DropoutMask(dropout, x.extents().c(), step));
        long voxels = x.extents().voxels();
        for (long n = 0; n < x.extents().n(); n++) {
            long start = x.extents().index(n, c, 0, 0, 0);
            for (long i = 0; i < voxels; i++) {
                double output = norm.output(x.get(start + i));
                double activated = op.relu() ? Math.max(output, 0) : output;
                y.set(start + i, mask.isPresent() ? mask.get().apply(n * voxels + i, c, activated) : activated);
            }
        }
    }
}
