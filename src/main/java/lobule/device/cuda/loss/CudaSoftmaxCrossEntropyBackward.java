package lobule.device.cuda.loss;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.SoftmaxCrossEntropy;

/** Gradient of the cross entropy with respect to the logits. */
public final class CudaSoftmaxCrossEntropyBackward implements Kernel {
    private final Kernels kernels;
    private final SoftmaxCrossEntropy op;
    private final ClassWeights weights;

    public CudaSoftmaxCrossEntropyBackward(Kernels kernels, SoftmaxCrossEntropy op, ClassWeights weights) {
        this.kernels = kernels;
        this.op = op;
        this.weights = weights;
    }

    @Override
    public Launch bind(Operands operands) {
        VoxelRows rows = VoxelRows.of(operands.input(0).spec().shape());
        KernelCall call = kernels.call("softmax_cross_entropy", "cross_entropy_backward")
                .tensors(operands.output(0), operands.input(0), operands.input(1)).pointers(weights.pointer())
                .tensors(operands.input(2)).sizes(rows.classes(), rows.voxels(), rows.chunks(), op.ignoreLabel())
                .build(rows.partials());
        return step -> call.launch();
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
