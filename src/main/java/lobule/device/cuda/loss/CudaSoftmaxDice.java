package lobule.device.cuda.loss;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.SoftmaxDice;
import lobule.tensor.Shape;

/** Sums a chunk and class, then the loss. */
public final class CudaSoftmaxDice implements Kernel {
    private static final long VALUES = 2;
    /** Classes that one block of the kernel sums. */
    private static final long CLASSES_A_BLOCK = 4;

    private final Kernels kernels;
    private final SoftmaxDice op;
    private final VoxelRows rows;

    public CudaSoftmaxDice(Kernels kernels, SoftmaxDice op, Shape logits) {
        this.kernels = kernels;
        this.op = op;
        this.rows = VoxelRows.of(logits);
    }

    @Override
    public long workspaceBytes() {
        return VALUES * rows.classes() * rows.partials() * Double.BYTES;
    }

    @Override
    public Launch bind(Operands operands) {
        DevicePointer partial = DeviceBuffer.workspace(operands);
        KernelCall sums = kernels.call("softmax_dice", "dice_partial").pointers(partial)
                .tensors(operands.input(0), operands.input(1))
                .sizes(rows.batch(), rows.classes(), rows.voxels(), rows.chunks()).flag(op.squared())
                .sizes(op.ignoreLabel()).build(Math.ceilDiv(rows.classes(), CLASSES_A_BLOCK) * rows.partials());
        KernelCall finish = kernels.call("softmax_dice", "dice_finish").tensors(operands.output(0), operands.output(1))
                .pointers(partial).sizes(rows.classes(), rows.partials(), op.firstClass()).scalars(op.epsilon())
                .build(1);
        return step -> {
            sums.launch();
            finish.launch();
        };
    }
}
