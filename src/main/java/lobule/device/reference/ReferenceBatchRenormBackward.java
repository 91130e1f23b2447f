package lobule.device.reference;

import java.util.Optional;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.Step;
import lobule.op.BatchRenormBackward;

/** {@link NormGradient} of dy where dropout kept the element and, with relu, the normalised value was above 0. */
final class ReferenceBatchRenormBackward implements Launch {
    private final BatchRenormBackward op;
    private final Operands operands;
    private final HostTensor x;
    private final HostTensor dy;
    private final NormGradient gradient;
    private final Parallel parallel;

    ReferenceBatchRenormBackward(BatchRenormBackward op, Operands operands, Parallel parallel) {
        this.op = op;
        this.operands = operands;
        this.x = HostTensor.of(operands.input(0));
        this.dy = HostTensor.of(operands.input(4));
        this.gradient = NormGradient.of(op.fixed(), operands);
        this.parallel = parallel;
    }

    @Override
    public void run(Step step) {
        parallel.forEach(x.extents().c(), c -> channel(c, step));
    }

    private void channel(long c, Step step) {
        ChannelNorm norm = ChannelNorm.of(operands, c);
        Optional<DropoutMask> mask = op.dropout().map(dropout -> new DropoutMask(dropout, x.extents().c(), step));
        gradient.channel(c, norm, index -> {
            if (op.relu() && !(norm.output(x.get(index)) > 0)) {
                return 0;
            }
            return mask.isPresent() ? mask.get().apply(x.extents().voxel(index), c, dy.get(index)) : dy.get(index);
        }, step);
    }
}
