package lobule.device.cuda.norm;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.CudaContext;
import lobule.device.cuda.kernel.ChannelRows;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.BatchRenormBackward;
import lobule.op.Dropout;
import lobule.tensor.Shape;

/** Sums a chunk, then a channel, then dx. */
public final class CudaBatchRenormBackward implements Kernel {
    private final Kernels kernels;
    private final BatchRenormBackward op;
    private final ChannelRows rows;
    private final NormGradient gradient;

    public CudaBatchRenormBackward(CudaContext context, Kernels kernels, BatchRenormBackward op, Shape x) {
        this.kernels = kernels;
        this.op = op;
        this.rows = ChannelRows.of(x);
        this.gradient = new NormGradient(context, kernels, op.fixed(), x, rows.blocks());
    }

    @Override
    public long workspaceBytes() {
        return gradient.workspaceBytes();
    }

    @Override
    public Launch bind(Operands operands) {
        return op.dropout().map(dropout -> dropping(operands, dropout)).orElseGet(() -> plain(operands));
    }

    private Launch plain(Operands operands) {
        KernelCall sums = sums("batch_renorm", "renorm_backward_partial", operands)
                .sizes(rows.channels(), rows.voxels(), rows.chunks()).flag(op.relu()).build(rows.blocks());
        Launch finish = gradient.finish(operands);
        KernelCall apply = apply("batch_renorm", "renorm_backward_apply", operands).build(rows.blocks());
        return step -> {
            sums.launch();
            finish.run(step);
            apply.launch();
        };
    }

    private Launch dropping(Operands operands, Dropout dropout) {
        DropoutCall sums = DropoutCall.of(sums("renorm_dropout", "renorm_dropout_backward_partial", operands)
                .sizes(rows.batch(), rows.channels(), rows.voxels(), rows.chunks()).flag(op.relu()), dropout, rows);
        Launch finish = gradient.finish(operands);
        DropoutCall apply = DropoutCall.of(apply("renorm_dropout", "renorm_dropout_backward_apply", operands), dropout,
                rows);
        return step -> {
            sums.launch(step);
            finish.run(step);
            apply.launch(step);
        };
    }

    private KernelCall.Builder sums(String module, String function, Operands operands) {
        return kernels.call(module, function).pointers(gradient.partial(operands))
                .tensors(operands.input(0), operands.input(4), operands.input(1), operands.input(2), operands.input(3));
    }

    private KernelCall.Builder apply(String module, String function, Operands operands) {
        return kernels.call(module, function)
                .tensors(operands.output(0), operands.input(0), operands.input(4), operands.input(1), operands.input(2),
                        operands.input(3))
                .pointers(gradient.means(operands)).sizes(rows.channels(), rows.voxels(), rows.chunks())
                .flag(op.relu());
    }
}
