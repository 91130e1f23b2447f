package lobule.device.reference;

import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;

/** y = gamma ((x - mu) / sigma r + d) + beta channel by channel, with relu max(y, 0). */
final class ReferenceBatchRenorm implements Launch {
    private final boolean relu;
    private final Operands operands;
    private final HostTensor x;
    private final HostTensor y;
    private final Parallel parallel;

    ReferenceBatchRenorm(boolean relu, Operands operands, Parallel parallel) {
        this.relu = relu;
        this.operands = operands;
        this.x = HostTensor.of(operands.input(0));
        this.y = HostTensor.of(operands.output(0));
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(x.extents().c(), this::channel);
    }

    private void channel(long c) {
        ChannelNorm norm = ChannelNorm.of(operands, c);
        long voxels = x.extents().d() * x.extents().h() * x.extents().w();
        for (long n = 0; n < x.extents().n(); n++) {
            long start = x.extents().index(n, c, 0, 0, 0);
            for (long index = start; index < start + voxels; index++) {
                double output = norm.output(x.get(index));
                y.set(index, relu ? Math.max(output, 0) : output);
            }
        }
    }
}
