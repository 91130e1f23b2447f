package lobule.device.cuda.loss;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.SoftmaxDice;
import lobule.tensor.Shape;

/** Gradient of the dice loss with respect to the logits. */
public final class CudaSoftmaxDiceBackward implements Kernel {
    /** Of the table that the kernel keeps in shared memory; labels are bytes and name no more. */
    static final long MAX_CLASSES = 256;

    private final Kernels kernels;
    private final SoftmaxDice op;

    public CudaSoftmaxDiceBackward(Kernels kernels, SoftmaxDice op, Shape logits) {
        if (logits.channels() > MAX_CLASSES) {
            throw new IllegalArgumentException("device cuda: the gradient of SoftmaxDice is asked for "
                    + logits.channels() + " classes, expected at most " + MAX_CLASSES + ": labels are bytes");
        }
        this.kernels = kernels;
        this.op = op;
    }

    @Override
    public Launch bind(Operands operands) {
        VoxelRows rows = VoxelRows.of(operands.input(0).spec().shape());
        KernelCall call = kernels.call("softmax_dice", "dice_backward")
                .tensors(operands.output(0), operands.input(0), operands.input(1), operands.input(2))
                .sizes(rows.classes(), rows.voxels(), rows.chunks(), op.firstClass()).flag(op.squared())
                .scalars(op.epsilon()).sizes(op.ignoreLabel()).build(rows.partials());
        return step -> call.launch();
    }
}
