package lobule.device.cuda.loss;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.SoftmaxCrossEntropy;
import lobule.tensor.Shape;

/** Sums a chunk, then the loss. */
public final class CudaSoftmaxCrossEntropy implements Kernel {
    private static final long VALUES = 2;

    private final Kernels kernels;
    private final SoftmaxCrossEntropy op;
    private final VoxelRows rows;
    private final ClassWeights weights;

    public CudaSoftmaxCrossEntropy(Kernels kernels, SoftmaxCrossEntropy op, Shape logits, ClassWeights weights) {
        this.kernels = kernels;
        this.op = op;
        this.rows = VoxelRows.of(logits);
        this.weights = weights;
    }

    @Override
    public long workspaceBytes() {
        return VALUES * rows.partials() * Double.BYTES;
    }

    @Override
    public Launch bind(Operands operands) {
        DevicePointer partial = DeviceBuffer.workspace(operands);
        KernelCall sums = kernels.call("softmax_cross_entropy", "cross_entropy_partial").pointers(partial)
                .tensors(operands.input(0), operands.input(1)).pointers(weights.pointer())
                .sizes(rows.classes(), rows.voxels(), rows.chunks(), op.ignoreLabel()).build(rows.partials());
        KernelCall finish = kernels.call("softmax_cross_entropy", "cross_entropy_finish")
                .tensors(operands.output(0), operands.output(1)).pointers(partial).sizes(rows.partials()).build(1);
        return step -> {
            sums.launch();
            finish.launch();
        };
    }

    @Override
    public long heldBytes() {
        return weights.bytes();
    }

    @Override
    public void close() {
        weights.close();
    }
}
