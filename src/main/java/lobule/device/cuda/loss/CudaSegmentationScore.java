package lobule.device.cuda.loss;

import lobule.device.Kernel;
import lobule.device.Launch;
import lobule.device.Operands;
import lobule.device.cuda.driver.DeviceBuffer;
import lobule.device.cuda.driver.DevicePointer;
import lobule.device.cuda.kernel.KernelCall;
import lobule.device.cuda.kernel.Kernels;
import lobule.op.SegmentationScore;
import lobule.tensor.Shape;

/** Counts a chunk, then all of them. */
public final class CudaSegmentationScore implements Kernel {
    private final Kernels kernels;
    private final SegmentationScore op;
    private final VoxelRows rows;

    public CudaSegmentationScore(Kernels kernels, SegmentationScore op, Shape logits) {
        this.kernels = kernels;
        this.op = op;
        this.rows = VoxelRows.of(logits);
    }

    @Override
    public long workspaceBytes() {
        return SegmentationScore.ENTRIES * rows.partials() * Double.BYTES;
    }

    @Override
    public Launch bind(Operands operands) {
        DevicePointer partial = DeviceBuffer.workspace(operands);
        KernelCall counts = kernels.call("score", "score_partial").pointers(partial)
                .tensors(operands.input(0), operands.input(1))
                .sizes(rows.classes(), rows.voxels(), rows.chunks(), op.ignoreLabel()).build(rows.partials());
        KernelCall finish = kernels.call("score", "score_finish").tensors(operands.output(0)).pointers(partial)
                .sizes(rows.partials()).build(1);
        return step -> {
            counts.launch();
            finish.launch();
        };
    }
}
